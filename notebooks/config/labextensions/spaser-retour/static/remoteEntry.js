// JupyterLab ends « run all » on the last cell of a notebook. The one to use is that of the form (tag « formulaire »): the page
// comes back to it at once, then when all is done, and stays there while what stands above is still being drawn, unless the
// reader has moved. What failed elsewhere on the page is told at the head of the form, with a way to it.
(() => {
  const RUNS = ["notebook:run-all-cells", "notebook:restart-run-all"];
  const MOVES = ["wheel", "keydown", "pointerdown"];
  const FAULT = "[data-mime-type='application/vnd.jupyter.error'], [role='alert']";
  const TOLD = "spaser-echecs";
  const DRAWN = 1500, SETTLED = 300, LONGEST = 160;

  const form = (notebook) => notebook.widgets.findIndex((cell) => (cell.model.getMetadata("tags") ?? []).includes("formulaire"));

  // The reader's own move, which always wins; asked once for a whole run. An answer to « restart? » is no move.
  function watched() {
    const reader = { moved: false };
    const stop = (event) => {
      if (event.target.closest?.(".jp-Dialog")) return;
      reader.moved = true;
      MOVES.forEach((name) => window.removeEventListener(name, stop, { capture: true }));
    };
    MOVES.forEach((name) => window.addEventListener(name, stop, { capture: true }));
    return reader;
  }

  function back(notebook, reader) {
    const cell = notebook.widgets[form(notebook)];
    if (!cell || reader.moved) return;
    notebook.activeCellIndex = notebook.widgets.indexOf(cell);
    const until = performance.now() + DRAWN;
    const hold = () => {
      if (reader.moved || performance.now() > until || !cell.node.isConnected) return;
      if (Math.abs(cell.node.getBoundingClientRect().top - notebook.node.getBoundingClientRect().top) > 4) cell.node.scrollIntoView({ block: "start" });
      requestAnimationFrame(hold);
    };
    hold();
  }

  // The title under which a cell stands: how a reader knows the place.
  function titled(notebook, rank) {
    for (let at = rank; at >= 0; at -= 1) {
      const found = [...notebook.widgets[at].node.querySelectorAll(".jp-RenderedMarkdown :is(h1, h2, h3, h4)")].pop();
      if (found) return found.textContent.replace("¶", "").trim();
    }
    return "";
  }

  function failed(notebook, own) {
    return notebook.widgets.flatMap((cell, rank) => {
      const box = cell.model.type === "code" && rank !== own && cell.node.querySelector(`.jp-Cell-outputArea :is(${FAULT})`);
      if (!box) return [];
      const said = (cell.node.querySelector(".jp-Cell-outputArea [role='alert']") ?? box).textContent.trim().replace(/\s+/g, " ");
      return [{ rank, box, title: titled(notebook, rank), said: said.length > LONGEST ? said.slice(0, LONGEST) + "…" : said }];
    });
  }

  function tell(notebook) {
    const own = form(notebook), cell = notebook.widgets[own];
    if (!cell) return;
    const found = failed(notebook, own);
    const before = cell.node.querySelector(`.${TOLD}`);
    const key = JSON.stringify(found.map(({ rank, said }) => [rank, said]));
    if ((before?.dataset.key ?? "[]") === key) return;
    before?.remove();
    if (!found.length) return;
    const place = document.createElement("div");
    place.className = TOLD;
    place.dataset.key = key;
    place.lang = "fr";
    place.setAttribute("role", "status");
    place.style.cssText = "margin:4px 0 8px 64px;padding:6px 12px;border-left:4px solid #c7760b;background:#fdf4e5;color:#1f2933;font:14px/1.5 sans-serif";
    const head = document.createElement("strong");
    head.textContent = found.length > 1 ? `${found.length} parties de ce carnet n'ont pas abouti` : "Une partie de ce carnet n'a pas abouti";
    place.append(head);
    for (const { rank, box, title, said } of found) {
      const line = document.createElement("p"), link = document.createElement("button");
      line.style.margin = "2px 0";
      link.textContent = `Voir « ${title} »`;
      link.style.cssText = "margin-right:.6em;padding:0;border:0;background:none;color:#1f5fa8;text-decoration:underline;cursor:pointer;font:inherit";
      link.addEventListener("click", () => { notebook.activeCellIndex = rank; box.scrollIntoView({ block: "center" }); });
      line.append(link, said);
      place.append(line);
    }
    cell.node.prepend(place);
  }

  // From a run on, what fails and what is mended is followed: views answer after the cells have.
  function follow(notebook) {
    let waiting = 0;
    const seen = new MutationObserver(() => {
      clearTimeout(waiting);
      waiting = setTimeout(() => { if (!notebook.isDisposed) tell(notebook); }, SETTLED);
    });
    seen.observe(notebook.node, { childList: true, subtree: true });
    notebook.disposed.connect(() => seen.disconnect());
    notebook.spaserFollowed = true;
  }

  const plugin = {
    id: "spaser-retour:plugin",
    autoStart: true,
    activate: (app) => {
      app.commands.commandExecuted.connect((_, { id, result }) => {
        if (!RUNS.includes(id)) return;
        const notebook = app.shell.currentWidget?.content;
        if (!notebook?.widgets) return;
        const reader = watched();
        // The click or the key that ran it all is not a move: those that follow are.
        requestAnimationFrame(() => back(notebook, reader));
        if (!notebook.spaserFollowed) follow(notebook);
        const done = () => { if (!notebook.isDisposed) { back(notebook, reader); tell(notebook); } };
        Promise.resolve(result).then(done, done);
      });
    },
  };

  (window._JUPYTERLAB ??= {})["spaser-retour"] = { init: () => undefined, get: () => Promise.resolve(() => ({ __esModule: true, default: plugin })) };
})();
