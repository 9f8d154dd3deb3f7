import type { TranslationBundle } from '@jupyterlab/translation';

import type { ClusterState, ICost, SessionState } from '../protocol';

/**
 * A length of time in two units at most: `8 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h`.
 *
 * @param milliseconds - negative counts (clocks that differ) are shown as zero
 */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const units: [number, string][] = [
    [Math.floor(seconds / 86400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's']
  ];
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) {
    return '0 s';
  }
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/**
 * Time between two ISO 8601 moments in words, or undefined where the first is not known.
 *
 * @param to - ISO 8601, or milliseconds since 1970 (now)
 */
export function formatSpan(from: string | undefined, to: string | number | undefined): string | undefined {
  const start = from === undefined ? NaN : Date.parse(from);
  const end = typeof to === 'number' ? to : to === undefined ? NaN : Date.parse(to);
  return Number.isNaN(start) || Number.isNaN(end) ? undefined : formatDuration(end - start);
}

/** The language that numbers and moments are written in: the page's, as JupyterLab's own `Time` takes it. */
function language(): string {
  return document.documentElement.lang || 'en';
}

/** An estimate of a cost, so that two digits mean something: `≈ $0.0042`. */
export function formatCost({ amount, currency }: ICost): string {
  const digits = amount > 0 && amount < 1 ? { minimumSignificantDigits: 2, maximumSignificantDigits: 2 } : {};
  // A site may price in what is no currency of ISO 4217: credits, units.
  const known = /^[A-Z]{3}$/.test(currency);
  const format = new Intl.NumberFormat(
    language(),
    known
      ? { style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...digits }
      : { maximumFractionDigits: 2, ...digits }
  );
  return known ? `≈ ${format.format(amount)}` : `≈ ${format.format(amount)} ${currency}`;
}

/** A number with at most three decimals. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: 3 }).format(value);
}

/** A name short enough for a toast, which has room for 140 characters: the middle of a long one is left out. */
export function shortName(name: string, most = 28): string {
  const end = Math.floor((most - 1) / 2);
  return name.length <= most ? name : `${name.slice(0, most - 1 - end)}…${name.slice(-end)}`;
}

/** A cluster's state in the user's words. */
export function clusterStateLabel(state: ClusterState, trans: TranslationBundle): string {
  switch (state) {
    case 'REQUESTED':
      return trans.__('Requested');
    case 'STARTING':
      return trans.__('Starting');
    case 'BOOTSTRAPPING':
      return trans.__('Bootstrapping');
    case 'RUNNING':
      return trans.__('Running');
    case 'WAITING':
      return trans.__('Ready');
    case 'TERMINATING':
      return trans.__('Terminating');
    case 'TERMINATED':
      return trans.__('Terminated');
    case 'TERMINATED_WITH_ERRORS':
      return trans.__('Terminated with errors');
    case 'FAILED':
      return trans.__('Failed');
    default:
      return state;
  }
}

/** A session's state in the user's words. */
export function sessionStateLabel(state: SessionState, trans: TranslationBundle): string {
  switch (state) {
    case 'disconnected':
      return trans.__('not connected');
    case 'credentials':
      return trans.__('getting credentials');
    case 'starting':
      return trans.__('session is starting');
    case 'idle':
      return trans.__('idle');
    case 'busy':
      return trans.__('busy');
    case 'lost':
      return trans.__('session lost');
    case 'ended':
      return trans.__('session ended');
    default:
      return state;
  }
}

/** An EMR Serverless application's state in the user's words. */
export function applicationStateLabel(state: string, trans: TranslationBundle): string {
  switch (state) {
    case 'CREATING':
      return trans.__('Creating');
    case 'CREATED':
      return trans.__('Created');
    case 'STARTING':
      return trans.__('Starting');
    case 'STARTED':
      return trans.__('Started');
    case 'STOPPING':
      return trans.__('Stopping');
    case 'STOPPED':
      return trans.__('Stopped');
    default:
      return state;
  }
}
