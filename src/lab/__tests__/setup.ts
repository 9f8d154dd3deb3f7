/** What jsdom lacks and JupyterLab's modules take for granted when they are loaded. */
Object.assign(globalThis, { DragEvent: class extends MouseEvent {} });
Object.assign(window, {
  matchMedia: (query: string) => ({
    matches: false,
    media: query,
    addListener: () => undefined,
    removeListener: () => undefined,
    addEventListener: () => undefined,
    removeEventListener: () => undefined
  })
});

export {};
