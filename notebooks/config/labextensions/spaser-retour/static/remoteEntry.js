// JupyterLab ends « run all » on the last cell of a notebook. The one to use is that of the form (tag « formulaire »): the page
// comes back to it, and stays there while what stands above is still being drawn, unless the reader has moved.
(() => {
  const RUNS = ["notebook:run-all-cells", "notebook:restart-run-all"];
  const MOVES = ["wheel", "keydown", "pointerdown"];
  const DRAWN = 1500;

  function back(notebook) {
    const rank = notebook.widgets.findIndex((cell) => (cell.model.getMetadata("tags") ?? []).includes("formulaire"));
    if (rank < 0) return;
    const cell = notebook.widgets[rank];
    let moved = false;
    const stop = () => { moved = true; };
    MOVES.forEach((name) => window.addEventListener(name, stop, { capture: true, once: true }));
    notebook.activeCellIndex = rank;
    const until = performance.now() + DRAWN;
    const hold = () => {
      if (moved || performance.now() > until || !cell.node.isConnected) return;
      if (Math.abs(cell.node.getBoundingClientRect().top - notebook.node.getBoundingClientRect().top) > 4) cell.node.scrollIntoView({ block: "start" });
      requestAnimationFrame(hold);
    };
    hold();
  }

  const plugin = {
    id: "spaser-retour:plugin",
    autoStart: true,
    activate: (app) => {
      app.commands.commandExecuted.connect((_, { id, result }) => {
        if (!RUNS.includes(id)) return;
        const notebook = app.shell.currentWidget?.content;
        Promise.resolve(result).then(() => { if (notebook?.widgets && !notebook.isDisposed) back(notebook); }, () => undefined);
      });
    },
  };

  (window._JUPYTERLAB ??= {})["spaser-retour"] = { init: () => undefined, get: () => Promise.resolve(() => ({ __esModule: true, default: plugin })) };
})();
