import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

import type { ControlMethods, IErrorInfo } from '../../../protocol';
import { errorInfo } from '../../../protocol';
import { CANCELLED } from '../../model/channel';
import type { IControl } from '../../tokens';

/** Render again whenever the signal is emitted. */
export function useChanged<T>(signal: ISignal<T, unknown>): void {
  const [, bump] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const slot = () => bump();
    signal.connect(slot);
    return () => {
      signal.disconnect(slot);
    };
  }, [signal]);
}

/** Milliseconds since 1970, each second anew while `active`. */
export function useNow(active: boolean): number {
  const [now, setNow] = React.useState(() => Date.now());
  React.useEffect(() => {
    if (!active) {
      return undefined;
    }
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [active]);
  return now;
}

/** Whether something that was begun goes on; and begin it, unless it does. What is begun shows its own errors. */
export function useBusy(): [busy: boolean, begin: (action: () => Promise<unknown>) => void] {
  const [busy, setBusy] = React.useState(false);
  const going = React.useRef(false);
  return [
    busy,
    action => {
      if (!going.current) {
        going.current = true;
        setBusy(true);
        void action().finally(() => {
          going.current = false;
          setBusy(false);
        });
      }
    }
  ];
}

/** What {@link useRequest} knows. */
export interface IRequested<R> {
  value?: R;
  error?: IErrorInfo;
  loading: boolean;
  reload: () => void;
}

/**
 * The answer of a control method; asked again when the parameters change. Null parameters: not asked.
 */
export function useRequest<K extends keyof ControlMethods>(
  control: IControl,
  method: K,
  params: ControlMethods[K]['params'] | null
): IRequested<ControlMethods[K]['result']> {
  type State = Omit<IRequested<ControlMethods[K]['result']>, 'reload'>;
  const [state, setState] = React.useState<State>({ loading: params !== null });
  const [round, reload] = React.useReducer((count: number) => count + 1, 0);
  const key = JSON.stringify(params);
  React.useEffect(() => {
    const asked = JSON.parse(key) as ControlMethods[K]['params'] | null;
    if (asked === null) {
      setState({ loading: false });
      return undefined;
    }
    const abort = new AbortController();
    setState({ loading: true });
    control
      .request(method, asked, { signal: abort.signal })
      .then(value => setState({ value, loading: false }))
      .catch(error => {
        const info = errorInfo(error);
        if (info.code !== CANCELLED || !abort.signal.aborted) {
          setState({ error: info, loading: false });
        }
      });
    return () => abort.abort();
  }, [control, method, key, round]);
  return { ...state, reload };
}

/**
 * Arrow keys, Home and End move the focus among the items of a list; Tab goes past it. Items carry `data-emr-item`.
 */
export function rovingKeys(event: React.KeyboardEvent<HTMLElement>): void {
  const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  const move = moves[event.key];
  const target = event.target as HTMLElement;
  if (move === undefined || !target.hasAttribute('data-emr-item')) {
    return;
  }
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-emr-item]')];
  const next = Math.min(items.length - 1, Math.max(0, items.indexOf(target) + move));
  for (const [index, item] of items.entries()) {
    item.tabIndex = index === next ? 0 : -1;
  }
  items[next]?.focus();
  event.preventDefault();
}
