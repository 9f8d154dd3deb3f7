import type * as React from 'react';
import { act } from 'react';
import type { Root } from 'react-dom/client';
import { createRoot } from 'react-dom/client';

/** React elements in jsdom, for one test at a time. */
export interface IRendered {
  host: HTMLElement;
  show(element: React.ReactElement): Promise<void>;
  /** The element with a `data-emr`; throws where there is none. */
  find<T extends HTMLElement = HTMLElement>(hook: string): T;
  all(hook: string): HTMLElement[];
  click(hook: string, at?: number): Promise<void>;
  /** Type into an input, or choose in a select. */
  enter(selector: string, value: string): Promise<void>;
}

/** Do it, and let happen what it brings about. */
export function later(action: () => void): Promise<void> {
  action();
  return Promise.resolve();
}

/** Call it in a `describe` or at the top of a spec. */
export function rendering(): IRendered {
  let root: Root;
  const rendered = {} as IRendered;
  beforeEach(() => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    // jsdom has no layout.
    Element.prototype.scrollTo = () => undefined;
    Element.prototype.scrollIntoView = () => undefined;
    rendered.host = document.body.appendChild(document.createElement('div'));
    root = createRoot(rendered.host);
  });
  afterEach(() => {
    act(() => root.unmount());
    rendered.host.remove();
  });
  const all = (hook: string) => [...rendered.host.querySelectorAll<HTMLElement>(`[data-emr="${hook}"]`)];
  const one = (hook: string, at = 0) => {
    const found = all(hook)[at];
    if (!found) {
      throw new Error(`There is no ${hook} (${at}) in ${rendered.host.innerHTML}`);
    }
    return found;
  };
  return Object.assign(rendered, {
    show: (element: React.ReactElement) => act(() => later(() => root.render(element))),
    find: (hook: string) => one(hook),
    all,
    click: (hook: string, at?: number) => act(() => later(() => one(hook, at).click())),
    enter: (selector: string, value: string) =>
      act(() =>
        later(() => {
          const input = rendered.host.querySelector<HTMLInputElement>(selector);
          // React listens to the setter that it replaced.
          const prototype = Object.getPrototypeOf(input) as HTMLInputElement;
          Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(input, value);
          input?.dispatchEvent(new Event(input.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
        })
      )
  } as Omit<IRendered, 'host'>);
}
