import { LivyError } from '../errors';
import { readCompletion, readCreate, readExecute } from '../request';

const SOURCE = '[Source: (org.eclipse.jetty.server.HttpInputOverHTTP); ';

function refusal(action: () => unknown): { status: number; body: unknown } {
  try {
    action();
  } catch (error) {
    if (error instanceof LivyError) return { status: error.status, body: error.body };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('the body of POST /sessions', () => {
  it('has a default for every field', () => {
    expect(readCreate('{}', '0.9.0')).toEqual({
      kind: 'shared',
      name: null,
      ttl: null,
      idleTimeout: null,
      driverMemory: null,
      driverCores: 0,
      executorMemory: null,
      executorCores: 0,
      numExecutors: 0,
      conf: {},
      archives: [],
      files: [],
      jars: [],
      pyFiles: [],
      queue: null,
      heartbeatTimeoutInSecond: 0
    });
  });

  it('takes scalars for strings and numbers in strings, as Jackson does', () => {
    const request = readCreate('{"conf": {"spark.x": 1, "b": true}, "driverCores": "2", "name": 7}', '0.9.0');
    expect(request).toMatchObject({ conf: { 'spark.x': '1', b: 'true' }, driverCores: 2, name: '7' });
  });

  it.each([
    ['{"nosuch": 1}', 1, 13],
    ['{"nosuch": "text"}', 1, 13],
    ['{"nosuch": {"name": [1]}, "name": "n"}', 1, 13],
    ['{"name": "a \\" {",\n  "nosuch": true}', 2, 17]
  ])('says where an unknown field is: %s', (body, line, column) => {
    const { status, body: text } = refusal(() => readCreate(body, '0.9.0'));
    expect(status).toBe(400);
    expect(text).toContain('Unrecognized field "nosuch"');
    expect(text).toContain(`${SOURCE}line: ${line}, column: ${column}]`);
  });

  it('does not know idleTimeout in 0.8', () => {
    expect(readCreate('{"idleTimeout": "1h"}', '0.9.0').idleTimeout).toBe('1h');
    expect(refusal(() => readCreate('{"idleTimeout": "1h"}', '0.8.0')).body).toContain('(16 known properties');
  });

  it.each([
    ['', `No content to map due to end-of-input\n at ${SOURCE}line: 1, column: 0]`],
    [
      '[]',
      'Cannot deserialize value of type `org.apache.livy.server.interactive.CreateInteractiveRequest` from Array value'
    ],
    [
      '{"a": [1',
      `Unexpected end-of-input: expected close marker for Array (start marker at ${SOURCE}line: 1, column: 7]`
    ],
    ['nope', "Unrecognized token 'nope'"],
    ['{"jars": "x"}', 'from String "x"'],
    ['{"kind": "zzz"}', 'Invalid kind: zzz (through reference chain:']
  ])('refuses %j in the words of Jackson', (body, text) => {
    const refused = refusal(() => readCreate(body, '0.9.0'));
    expect(refused.status).toBe(400);
    expect(refused.body).toContain(text);
  });
});

describe('the bodies of statements and completions', () => {
  it('keeps the name of the kind for the driver to judge', () => {
    expect(readExecute('{"code": "1", "kind": "bogus"}')).toEqual({ code: '1', kind: 'bogus' });
    expect(readExecute('{"code": ""}')).toEqual({ code: '', kind: null });
    expect(readCompletion('{"code": "a.b", "kind": "spark", "cursor": 3}')).toEqual({
      code: 'a.b',
      kind: 'spark',
      cursor: 3
    });
  });

  it('fails in the driver without code', () => {
    const { status, body } = refusal(() => readExecute('{}'));
    expect(status).toBe(500);
    expect(body).toContain('NullPointerException');
  });
});
