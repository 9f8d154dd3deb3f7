/** What jsdom lacks and JupyterLab's modules take for granted when they are loaded. */
Object.assign(globalThis, { DragEvent: class extends MouseEvent {} });

export {};
