// Words of JupyterLab that its French pack does not hold yet: once the pack has one, the pack's is used.
(() => {
  const FRENCH = {
    "%1\nKernel: %2": "%1\nNoyau : %2",
    "\nCreated: %1": "\nCréé : %1",
    "\nLast Execution: %1": "\nDernière exécution : %1",
    "\nModified: %1": "\nModifié : %1",
    "\nPath: %1": "\nChemin : %1",
    "\nSize: %1": "\nTaille : %1",
    "\nWritable: %1": "\nModifiable : %1",
    "Add item": "Ajouter un élément",
    "Apply": "Appliquer",
    "Are you sure you want to delete this cell?": "Voulez-vous vraiment supprimer cette cellule ?",
    "A connection to the Jupyter server could not be established.\nJupyterLab will continue trying to reconnect.\nCheck your network connection or Jupyter server configuration.\n":
      "Le serveur Jupyter ne répond pas.\nJupyterLab continue d'essayer de s'y relier.\nVérifiez que sa fenêtre est encore ouverte sur votre machine.\n",
    "Cell %1/%2": "Cellule %1/%2",
    "Cell Tags": "Étiquettes de la cellule",
    "Cells": "Cellules",
    "Collapse Output": "Replier le résultat",
    "Copy Selected Text": "Copier le texte sélectionné",
    "Copy selected text from the active cell or output area": "Copier le texte sélectionné dans la cellule ou son résultat",
    "Cut Selected Text": "Couper le texte sélectionné",
    "Cut selected text from the active cell or output area": "Couper le texte sélectionné dans la cellule ou son résultat",
    "Date Created": "Date de création",
    "Delete the cell": "Supprimer la cellule",
    "Do not ask me again": "Ne plus me le demander",
    "Executed %1/%2 cells": "%1 cellules exécutées sur %2",
    "Expand Output": "Déplier le résultat",
    "Go Up": "Remonter",
    "Go to cell number between 1 and %1": "Aller à la cellule, de 1 à %1",
    "Go to cell…": "Aller à la cellule…",
    "Ignore this warning for future deletions.": "Ne plus avertir avant de supprimer.",
    "Kernel '%1' for '%2' is still initializing. You can run code cells when the kernel has initialized.":
      "Le noyau « %1 » de « %2 » démarre encore. Les cellules pourront être exécutées dès qu'il sera prêt.",
    "Last Saved: %1\n": "Enregistré : %1\n",
    "Only proceed if you trust the author of this content.": "Ne continuez que si vous faites confiance à l'auteur de ce contenu.",
    "Paste Text": "Coller le texte",
    "Responsive popup toolbar": "Autres outils",
    "Running Sessions": "Sessions en cours",
    "Select a command": "Choisir une commande",
    "Show Date Created Column": "Afficher la colonne de la date de création",
    "The cell is read-only and cannot be merged.": "La cellule est en lecture seule : elle ne peut pas être fusionnée.",
    "The cell is read-only and cannot be split.": "La cellule est en lecture seule : elle ne peut pas être divisée.",
    "Toggle Scrolling for Outputs": "Faire défiler les résultats, ou non",
    "Type a path…": "Écrivez un chemin…",
    "Your server at %1 is not running.\nWould you like to restart it?": "Le serveur %1 est arrêté.\nVoulez-vous le relancer ?",
  };

  const filled = (text, values) => text.replace(/%(\d+)/g, (whole, rank) => values[rank - 1] ?? whole);

  function taught(translator) {
    if (!translator?.languageCode?.startsWith("fr")) return;
    const words = translator.load("jupyterlab");
    const said = words.__.bind(words);
    words.__ = (text, ...values) => {
      const told = said(text, ...values);
      const untold = Object.hasOwn(FRENCH, text) && told === filled(text, values);
      return untold ? filled(FRENCH[text], values) : told;
    };
  }

  let shared = {};
  const plugin = { id: "spaser-mots:plugin", autoStart: true, activate: (app, translator) => taught(translator) };

  async function exposed() {
    const found = Object.values(shared["@jupyterlab/translation"] ?? {})[0];
    if (found) plugin.optional = [(await found.get())().ITranslator];
    return () => ({ __esModule: true, default: plugin });
  }

  (window._JUPYTERLAB ??= {})["spaser-mots"] = { init: (scope) => { shared = scope; }, get: exposed };
})();
