import { fromDriver } from './errors';
import type { IMember } from './jackson';
import { readObject, refuse, unknownField, wrongType } from './jackson';
import type { Kind } from './kind';
import { parseKind } from './kind';

const CREATE = 'org.apache.livy.server.interactive.CreateInteractiveRequest';
const EXECUTE = 'org.apache.livy.ExecuteRequest';
const COMPLETE = 'org.apache.livy.CompletionRequest';

/** In the order in which Livy 0.9 lists them when it refuses another one. */
const CREATE_FIELDS = [
  'executorCores',
  'conf',
  'driverMemory',
  'name',
  'driverCores',
  'idleTimeout',
  'pyFiles',
  'archives',
  'kind',
  'files',
  'jars',
  'proxyUser',
  'numExecutors',
  'heartbeatTimeoutInSecond',
  'ttl',
  'queue',
  'executorMemory'
] as const;

/** `POST /sessions`. */
export interface ICreateRequest {
  kind: Kind;
  name: string | null;
  ttl: string | null;
  idleTimeout: string | null;
  driverMemory: string | null;
  driverCores: number;
  executorMemory: string | null;
  executorCores: number;
  numExecutors: number;
  conf: Record<string, string>;
  archives: string[];
  files: string[];
  jars: string[];
  pyFiles: string[];
  queue: string | null;
  heartbeatTimeoutInSecond: number;
}

/**
 * Reads a session's request.
 * @param version - the Livy version that we play: 0.8 has no `idleTimeout`.
 * @throws LivyError 400.
 */
export function readCreate(text: string, version: string): ICreateRequest {
  const known = CREATE_FIELDS.filter(name => name !== 'idleTimeout' || !version.startsWith('0.8'));
  const read = new Reader(text, CREATE, known);
  return {
    kind: read.kind(),
    name: read.text('name'),
    ttl: read.text('ttl'),
    idleTimeout: read.text('idleTimeout'),
    driverMemory: read.text('driverMemory'),
    driverCores: read.int('driverCores'),
    executorMemory: read.text('executorMemory'),
    executorCores: read.int('executorCores'),
    numExecutors: read.int('numExecutors'),
    conf: read.map('conf'),
    archives: read.list('archives'),
    files: read.list('files'),
    jars: read.list('jars'),
    pyFiles: read.list('pyFiles'),
    queue: read.text('queue'),
    heartbeatTimeoutInSecond: read.int('heartbeatTimeoutInSecond')
  };
}

/** `POST /sessions/ID/statements`; a kind is named or null. */
export function readExecute(text: string): { code: string; kind: string | null } {
  const read = new Reader(text, EXECUTE, ['code', 'kind']);
  const code = read.text('code');
  if (code === null) {
    throw fromDriver('java.lang.NullPointerException: Cannot invoke "String.toCharArray()" because "s" is null');
  }
  return { code, kind: read.text('kind') };
}

/** `POST /sessions/ID/completion`. */
export function readCompletion(text: string): { code: string; kind: string; cursor: number } {
  const read = new Reader(text, COMPLETE, ['code', 'kind', 'cursor']);
  return { code: read.text('code') ?? '', kind: read.text('kind') ?? '', cursor: read.int('cursor') };
}

/** One body, field by field. */
class Reader {
  private readonly fields = new Map<string, IMember>();

  constructor(
    private readonly body: string,
    private readonly type: string,
    known: readonly string[]
  ) {
    for (const member of readObject(body, type)) {
      if (!known.includes(member.key)) throw unknownField(body, type, member, known);
      this.fields.set(member.key, member);
    }
  }

  text(name: string): string | null {
    const member = this.fields.get(name);
    if (member === undefined || member.value === null) return null;
    // Jackson takes any scalar for a string.
    const { value } = member;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw wrongType(this.body, this.type, member, 'java.lang.String');
  }

  int(name: string): number {
    const member = this.fields.get(name);
    if (member === undefined || member.value === null) return 0;
    const { value } = member;
    if (typeof value === 'number') return Math.trunc(value);
    if (typeof value === 'string' && /^\s*[-+]?\d+\s*$/.test(value)) return Number(value);
    throw wrongType(this.body, this.type, member, 'int');
  }

  list(name: string): string[] {
    const member = this.fields.get(name);
    if (member === undefined || member.value === null) return [];
    if (!Array.isArray(member.value)) {
      throw wrongType(this.body, this.type, member, 'scala.collection.immutable.List<java.lang.String>');
    }
    return member.value.map(String);
  }

  map(name: string): Record<string, string> {
    const member = this.fields.get(name);
    if (member === undefined || member.value === null) return {};
    if (typeof member.value !== 'object' || Array.isArray(member.value)) {
      throw wrongType(
        this.body,
        this.type,
        member,
        'scala.collection.immutable.Map<java.lang.String,java.lang.String>'
      );
    }
    return Object.fromEntries(Object.entries(member.value).map(([key, value]) => [key, String(value)]));
  }

  kind(): Kind {
    const name = this.text('kind');
    if (name === null) return 'shared';
    const kind = parseKind(name);
    if (kind === undefined) {
      throw refuse(`Invalid kind: ${name} (through reference chain: ${this.type}["kind"])`);
    }
    return kind;
  }
}
