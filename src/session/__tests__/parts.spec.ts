import { FakeLivy, statement } from '../../livy/__tests__/fakeLivy';
import { NotebookSession } from '..';
import { convertOutput } from '../output/output';
import { PARTS_LINE, PARTS_MIME } from '../statement/prelude';
import { CellSources } from '../statement/sources';

import type { IEmrPort, IRunPart, RemoteError } from '..';
import type { LivyOutput } from '../../livy';

const ok = (data: Record<string, unknown>): LivyOutput => ({ status: 'ok', execution_count: 0, data });
const convert = (text: string, parts: unknown, more: object = {}) =>
  convertOutput(ok({ 'text/plain': text, [PARTS_MIME]: parts, ...more }), { kind: 'pyspark', code: '' });

describe('what the prelude tells', () => {
  it('parts print from value by code points', () => {
    const made = convert("😀 a\n'😀'\nwarned", {
      stdout: 8,
      parts: [{ at: [4, 8], value: true, data: { 'text/html': '<b>' } }]
    });
    expect(made.parts).toEqual([
      { kind: 'stdout', text: '😀 a\n' },
      { kind: 'result', data: { 'text/html': '<b>', 'text/plain': "'😀'" } },
      { kind: 'stderr', text: 'warned\n' }
    ]);
    expect(made.stdout).toBe('😀 a\n');
    expect(made.result).toEqual({ 'text/html': '<b>', 'text/plain': "'😀'" });
  });

  it('shows what was printed as it is where positions make no sense', () => {
    const made = convert('abcdef', {
      stdout: 6,
      parts: [
        { at: [3, 5], value: false, data: { 'image/png': 'x' } },
        { at: [1, 2], value: true }
      ]
    });
    expect(made.parts?.map(part => ('text' in part ? part.text : part.kind))).toEqual(['abc', 'display', 'f']);
  });

  it('says what was left out of a value that is too large', () => {
    const { result } = convert('df', { stdout: 3, parts: [{ at: [0, 3], value: true, dropped: ['text/html'] }] });
    expect(result?.['text/plain']).toMatch(/^df\n\(text\/html left out/);
  });

  it('stands beside Livy’s own pictures', () => {
    const made = convert('drawn', { stdout: 6, parts: [] }, { 'image/png': 'AAAA' });
    expect(made.parts).toEqual([
      { kind: 'stdout', text: 'drawn\n' },
      { kind: 'display', data: { 'image/png': 'AAAA', 'text/plain': '<image/png>' } }
    ]);
  });

  it('hands out what a failing statement had printed, and only from its own last line', () => {
    const line = `${PARTS_LINE}${JSON.stringify({ stdout: 'so far\n', stderr: '', parts: [] })}`;
    const fail = (traceback: string[]): [IRunPart[], RemoteError] => {
      let printed: IRunPart[] = [];
      const output: LivyOutput = { status: 'error', ename: 'ValueError', evalue: line, traceback };
      try {
        convertOutput(output, { kind: 'pyspark', code: '', onPrinted: parts => (printed = parts) });
      } catch (error) {
        return [printed, error as RemoteError];
      }
      throw new Error('it did not fail');
    };
    const [printed, error] = fail(['Traceback (most recent call last):\n', 'ValueError: x\n', line]);
    expect(printed).toEqual([{ kind: 'stdout', text: 'so far\n' }]);
    expect(error.traceback.join('\n')).not.toContain(PARTS_LINE);
    expect(fail(['Traceback (most recent call last):\n', `ValueError: ${line}\n`])[0]).toEqual([]);
  });
});

describe('tracebacks', () => {
  const CODE = 'a = 1\nif a:\n    1 / 0\n';
  // eslint-disable-next-line no-control-regex -- the colours themselves
  const plain = (lines: string[]) => lines.join('\n').replace(/\u001b\[[\d;]*m/g, '');
  const failed = (traceback: string[], sources: CellSources, more: Partial<LivyOutput & { status: 'error' }> = {}) => {
    try {
      convertOutput(
        { status: 'error', ename: 'ZeroDivisionError', evalue: 'division by zero', traceback, ...more },
        { kind: 'pyspark', code: '', sources }
      );
    } catch (error) {
      return error as RemoteError;
    }
    throw new Error('it did not fail');
  };

  it('name the cell, and point at its line', () => {
    const sources = new CellSources();
    sources.add(CODE, 12);
    const error = failed(
      [
        'Traceback (most recent call last):\n',
        '  File "/tmp/123", line 237, in execute\n    exec(code, global_dict)\n',
        '  File "<cell-b62c1bd9>", line 3, in <module>\n    1 / 0\n    ~~^~~\n'.replace('b62c1bd9', crc(CODE)),
        'ZeroDivisionError: division by zero\n'
      ],
      sources
    );
    expect(plain(error.traceback).split('\n').slice(2)).toEqual([
      'Cell [12], line 3',
      '      1 a = 1',
      '      2 if a:',
      '----> 3     1 / 0',
      '            ~~^~~',
      '',
      'ZeroDivisionError: division by zero'
    ]);
  });

  it('without the prelude, take the lines of the last cell only where they can be its', () => {
    const sources = new CellSources();
    sources.add('def f():\n    1 / 0\nf()', 3);
    const frame = (name: string) =>
      plain(
        failed(
          [
            'Traceback (most recent call last):\n',
            `  File "<stdin>", line 2, in ${name}\n`,
            'ZeroDivisionError: division by zero\n'
          ],
          sources
        ).traceback
      );
    expect(frame('f')).toContain('----> 2     1 / 0');
    expect(frame('g')).toContain('An earlier cell, line 2, in g');
  });

  it('fold the frames of the JVM, and keep all of it', () => {
    const jvm = Array.from({ length: 40 }, (_, index) => `\tat org.apache.spark.A.b(A.scala:${index})`).join('\n');
    const text = `An error occurred while calling o1.count.\n: java.lang.Error: boom\n${jvm}\nCaused by: java.io.IOException: disk\n${jvm}\n\t... 12 more\n`;
    const error = failed(
      ['Traceback (most recent call last):\n', `py4j.protocol.Py4JJavaError: ${text}`],
      new CellSources(),
      { ename: 'Py4JJavaError', evalue: text }
    );
    expect(plain(error.traceback)).toBe(
      'py4j.protocol.Py4JJavaError: An error occurred while calling o1.count.\n: java.lang.Error: boom\n\t… 40 frames more\nCaused by: java.io.IOException: disk\n\t… 41 frames more'
    );
    expect(error.evalue.split('\n')).toHaveLength(5);
    expect(error.full).toContain('A.scala:39');
    expect(error.details?.['text/html']).toContain('<details>');
    expect(error.details?.['text/plain']).toContain('%emr output');
  });

  it('of a cell that Livy takes apart at its magics have the cell’s lines', () => {
    const sources = new CellSources();
    sources.add('x = 1\n%json x\ny = 2\n1 / 0\n', 4);
    expect(sources.find(`<cell-${crc('y = 2\n1 / 0')}>`)).toMatchObject({ offset: 2, label: 'Cell [4]' });
    expect(sources.find(`<cell-${crc('x = 1')}>`)).toMatchObject({ offset: 0 });
  });
});

describe('the prelude', () => {
  it('goes ahead of the first Python statement only, once a session, and is no reason to fail', async () => {
    const fake = new FakeLivy();
    const url = await fake.start();
    const posted: { code: string; kind: string }[] = [];
    fake.on('PRELUDE', () => undefined);
    fake.on('POST /sessions', seen => ({ status: 201, body: { id: 0, ...(seen.body as object), state: 'idle' } }));
    fake.on('GET /sessions/0', () => ({ body: { id: 0, state: 'idle' } }));
    fake.on('DELETE /sessions/0', () => ({ body: {} }));
    fake.on('POST /sessions/0/statements', seen => {
      const body = seen.body as { code: string; kind: string };
      posted.push(body);
      return body.code.startsWith('#') && posted.length < 4
        ? { status: 400, body: { msg: 'no' } }
        : { status: 201, body: statement(posted.length, 'available', '2', body.code) };
    });
    const session = new NotebookSession({
      language: 'pyspark',
      site: {},
      env: {},
      sparkmagic: {},
      emr: () => ({}) as IEmrPort
    });
    try {
      await session.connect({ livyUrl: url });
      await session.run({ code: 'val x = 1', kind: 'spark' });
      await session.run({ code: 'one', kind: 'pyspark' });
      await session.run({ code: 'two', kind: 'pyspark' });
      await session.run({ code: 'three', kind: 'pyspark' });
      expect(posted.map(({ code }) => code.split('\n')[0])).toEqual([
        'val x = 1',
        '# jupyterlab-emr: not a cell (prelude)',
        'one',
        '# jupyterlab-emr: not a cell (prelude)',
        'two',
        'three'
      ]);
    } finally {
      await session.shutdown();
      await fake.stop();
    }
  });
});

function crc(text: string): string {
  // As Python's zlib.crc32 gives it.
  let sum = ~0;
  for (const byte of Buffer.from(text)) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    }
  }
  return (~sum >>> 0).toString(16).padStart(8, '0');
}
