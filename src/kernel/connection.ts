import { readFileSync } from 'node:fs';

/** The five channels of a kernel, by the name that the connection file gives their ports. */
export const CHANNELS = ['shell', 'control', 'stdin', 'iopub', 'hb'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What a Jupyter connection file says. */
export interface IConnection {
  /** Address to bind, a channel each: `tcp://127.0.0.1:5001`, `ipc:///run/kernel-1`. */
  addresses: Record<Channel, string>;
  /** Key of the signatures; empty where messages are not signed. */
  key: string;
  /** Name of the hash that Node's crypto knows, e.g. `sha256`. */
  hash: string;
  /** CurveZMQ keys (Z85) of the server side. jupyter_client writes them where transport encryption is on. */
  curve?: { publicKey: string; secretKey: string };
}

/**
 * Read a connection file.
 *
 * @param path - path of the file, as in `{connection_file}` of the kernelspec
 * @throws Error where the file cannot be read or is no connection file; the text never holds the key
 */
export function readConnection(path: string): IConnection {
  // The parser's own error would quote the text around the fault, which may be a key.
  const data = parseJson(readFileSync(path, 'utf8'));
  if (data === undefined) throw new Error(`The connection file ${path} is not JSON.`);
  return parseConnection(data);
}

/**
 * @param data - content of a connection file
 * @throws Error naming the entry that is wrong
 */
export function parseConnection(data: unknown): IConnection {
  if (typeof data !== 'object' || data === null) throw new Error('The connection file holds no JSON object.');
  const file = data as Record<string, unknown>;
  const transport = text(file, 'transport', 'tcp');
  if (transport !== 'tcp' && transport !== 'ipc') {
    throw new Error(`The connection file asks for the transport "${transport}"; this kernel knows tcp and ipc.`);
  }
  const ip = text(file, 'ip', transport === 'tcp' ? '127.0.0.1' : 'kernel-ipc');
  const addresses = Object.fromEntries(
    CHANNELS.map(channel => [channel, address(transport, ip, port(file, `${channel}_port`))])
  ) as Record<Channel, string>;
  const scheme = text(file, 'signature_scheme', 'hmac-sha256');
  if (!scheme.startsWith('hmac-')) throw new Error(`The signature scheme "${scheme}" is not known.`);
  const publicKey = text(file, 'curve_publickey', '');
  const secretKey = text(file, 'curve_secretkey', '');
  // One key alone would mean an open socket where encryption was asked for.
  if (!publicKey !== !secretKey) throw new Error('The connection file holds one of the two CurveZMQ keys only.');
  return {
    addresses,
    key: text(file, 'key', ''),
    hash: scheme.slice('hmac-'.length),
    ...(publicKey ? { curve: { publicKey, secretKey } } : {})
  };
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source) as unknown;
  } catch {
    return undefined;
  }
}

function address(transport: 'tcp' | 'ipc', ip: string, number: number): string {
  if (transport === 'ipc') return `ipc://${ip}-${number}`;
  return `tcp://${ip.includes(':') ? `[${ip}]` : ip || '*'}:${number}`;
}

function text(file: Record<string, unknown>, name: string, fallback: string): string {
  const value = file[name] ?? fallback;
  if (typeof value !== 'string') throw new Error(`"${name}" of the connection file is not a string.`);
  return value;
}

function port(file: Record<string, unknown>, name: string): number {
  const value = file[name];
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new Error(`"${name}" of the connection file is not a port number.`);
  }
  return value;
}
