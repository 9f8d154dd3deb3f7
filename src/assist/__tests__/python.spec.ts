import { completePython, inspectPython } from '../python';
import { expressionAt, pythonContext } from '../pythonContext';
import { deadline, Remote } from '../remote';
import { fakeSession } from './fakeSession';

/** The code with the cursor at `|`. */
function at(marked: string): [string, number] {
  const cursor = marked.indexOf('|');
  return [marked.slice(0, cursor) + marked.slice(cursor + 1), cursor];
}

describe('pythonContext', () => {
  it.each([
    ['spa|', { what: 'name', from: 0 }],
    ['x = spa|', { what: 'name', from: 4 }],
    ['df.gr|', { what: 'attribute', from: 3, text: 'df' }],
    ['df.|', { what: 'attribute', from: 3, text: 'df' }],
    ['df . gr|', { what: 'attribute', from: 5, text: 'df' }],
    ['a = [df.filter(df.x > (1)).|', { what: 'attribute', from: 27, text: 'df.filter(df.x > (1))' }],
    ['(df\n .filter("a")\n .|', { what: 'attribute', from: 20, text: 'df\n .filter("a")' }],
    ['(df.a).|', { what: 'attribute', from: 7, text: '(df.a)' }],
    ["'abc'.|", { what: 'attribute', from: 6, text: "'abc'" }],
    ['return x[0].|', { what: 'attribute', from: 12, text: 'x[0]' }],
    ['if (a).|', { what: 'attribute', from: 7, text: '(a)' }],
    ['größe.|', { what: 'attribute', from: 6, text: 'größe' }],
    ['1.|', { what: 'nothing' }],
    ['df["|', { what: 'key', from: 4, text: 'df', quote: '"' }],
    ["d['a']['b|", { what: 'key', from: 8, text: "d['a']", quote: "'" }],
    ['df[["a", "b|', { what: 'column', from: 10, text: 'df', method: '' }],
    ['df.select("a", "|', { what: 'column', from: 16, text: 'df', method: 'select' }],
    ['df.filter(x).groupBy(["|', { what: 'column', from: 23, text: 'df.filter(x)', method: 'groupBy' }],
    ['print("|', { what: 'nothing' }],
    ['x = ["|', { what: 'nothing' }],
    ['spark.sql("sel|', { what: 'sql', from: 11 }],
    ['spark.sql("""\nsel|', { what: 'sql', from: 13 }],
    ['f(|', { what: 'name', from: 2, callee: 'f' }],
    ['a.b(1, x=2, |', { what: 'name', from: 12, callee: 'a.b' }],
    ['f(x, y=na|', { what: 'name', from: 7 }],
    ['f(g(1), na|', { what: 'name', from: 8, callee: 'f' }],
    ['(|', { what: 'nothing' }],
    ['x = |', { what: 'nothing' }],
    ['def na|', { what: 'nothing' }],
    ['# df.|', { what: 'nothing' }],
    ['"df.|', { what: 'nothing' }],
    ['"""a\ndf.|', { what: 'nothing' }],
    ['"a\ndf.|', { what: 'attribute', from: 6, text: 'df' }],
    ['f"{df.|', { what: 'attribute', from: 6, text: 'df' }],
    ['f"{{df.|', { what: 'nothing' }],
    ['import py|', { what: 'module', from: 7, text: '' }],
    ['import a, py|', { what: 'module', from: 10, text: '' }],
    ['import pyspark.s|', { what: 'module', from: 15, text: 'pyspark' }],
    ['import a.b as |', { what: 'nothing' }],
    ['from pyspark.sql.|', { what: 'module', from: 17, text: 'pyspark.sql' }],
    ['from pyspark.sql import fun|', { what: 'member', from: 24, text: 'pyspark.sql' }],
    ['from a import (b, c|', { what: 'member', from: 18, text: 'a' }],
    ['x = 1; import py|', { what: 'module', from: 14, text: '' }],
    [')].x|', { what: 'nothing' }]
  ])('%j', (marked, context) => {
    expect(pythonContext(...at(marked))).toEqual(context);
  });
});

describe('expressionAt', () => {
  it.each([
    ['spark.re|ad.csv', 'spark.read'],
    ['|spark', 'spark'],
    ['x = f(a|b, 2)', 'ab'],
    ['f(1, |', 'f'],
    ['a.f(1, "x|', 'a.f'],
    ['a.f(1)|', 'a.f'],
    ['a.f(1, [2, |', 'a.f'],
    ['x = 1 + |', undefined],
    ['# spark|', undefined]
  ])('%j', (marked, name) => {
    expect(expressionAt(...at(marked))).toBe(name);
  });
});

describe('completePython', () => {
  const lists: Record<string, [string, string][]> = {
    names: [
      ['spark', 'instance'],
      ['_hidden', 'instance'],
      ['Sparse', 'class']
    ],
    attrs: [
      ['select', 'function'],
      ['_jdf', 'instance']
    ],
    keys: [
      ['price', 'property'],
      ["it's", 'property']
    ],
    params: [['how=', 'param']]
  };
  const what = (code: string): string => /\\"what\\":\\"(\w+)\\"/.exec(code)?.[1] ?? '';

  function make(answer = (code: string) => JSON.stringify({ items: lists[what(code)] ?? [], more: false })) {
    const session = fakeSession(answer);
    return { remote: new Remote(session.session), session };
  }

  it.each([
    ['spa|', ['spark', 'Sparse']],
    ['_h|', ['_hidden']],
    ['df.|', ['select']],
    ['df._|', ['_jdf']],
    ['df["|', ['price"]']],
    ['df["|"]', ['price']],
    ['df["|]', ['price']],
    ['df["""|', ['price', "it's"].slice(0, 1)],
    ['df.join(|', ['how=']],
    ['def spam(): pass\nspa|', ['spam', 'spark', 'Sparse']],
    ['spin = 1\nfor spot in x:\n  sp|', ['spin', 'spot', 'spark', 'Sparse']]
  ])('%j', async (marked, matches) => {
    const found = await completePython(make().remote, ...at(marked), deadline());
    expect('matches' in found && found.matches).toEqual(matches);
  });

  it('answers the keys that follow from what it has, until the user runs something', async () => {
    const { remote, session } = make();
    await completePython(remote, ...at('df.|'), deadline());
    await completePython(remote, ...at('df.sel|'), deadline());
    expect(session.asked).toHaveLength(1);
    session.run();
    await completePython(remote, ...at('df.sel|'), deadline());
    expect(session.asked).toHaveLength(2);
  });

  it('asks nothing while a cell runs, and gives what it had', async () => {
    const { remote, session } = make();
    await completePython(remote, ...at('df.|'), deadline());
    session.set({ state: 'busy' });
    const found = await completePython(remote, ...at('df.s|'), deadline());
    expect('matches' in found && found.matches).toEqual(['select']);
    expect(session.asked).toHaveLength(1);
  });

  it('keeps an answer that came too late for the next key', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>(resolve => (release = resolve));
    const { remote, session } = make();
    const slow = session.session.quick.bind(session.session);
    session.session.quick = async (...args) => {
      await released;
      return slow(...args);
    };
    const first = await completePython(remote, ...at('df.|'), deadline(5));
    expect('matches' in first && first.matches).toEqual([]);
    release();
    const second = await completePython(remote, ...at('df.|'), deadline());
    expect('matches' in second && second.matches).toEqual(['select']);
    expect(session.asked).toHaveLength(1);
  });

  it('asks again by what is typed where the list was cut', async () => {
    const { remote, session } = make(code =>
      JSON.stringify(
        code.includes(String.raw`\"prefix\"`) ? { items: [['zoo', 'function']] } : { items: [], more: true }
      )
    );
    const found = await completePython(remote, ...at('df.zo|'), deadline());
    expect('matches' in found && found.matches).toEqual(['zoo']);
    expect(session.asked).toHaveLength(2);
  });

  it.each(['not JSON', '[]', '{"items": 3}', '{"items": [3, ["x"], [null, 2]]}', 'null'])(
    'takes nothing from an answer that is %s',
    async answer => {
      const found = await completePython(make(() => answer).remote, ...at('df.q|'), deadline());
      expect('matches' in found && found.matches).toEqual([]);
    }
  );

  it('forgets what another session answered', async () => {
    const { remote, session } = make();
    await completePython(remote, ...at('df.|'), deadline());
    session.set({ sessionId: 2 });
    await completePython(remote, ...at('df.|'), deadline());
    expect(session.asked).toHaveLength(2);
  });

  it('sends the code that answers once, and again where the driver has lost it', async () => {
    const sizes: number[] = [];
    const { remote, session } = make(code => {
      sizes.push(code.length);
      return sizes.length === 2 ? 'None\n' : JSON.stringify({ items: [['zoo', 'function']] });
    });
    for (const marked of ['a.|', 'b.|', 'c.|']) {
      const found = await completePython(remote, ...at(marked), deadline());
      expect('matches' in found && found.matches).toEqual(['zoo']);
      session.run();
    }
    expect(sizes.map(size => size > 1000)).toEqual([true, false, true, false]);
  });

  it('inspects what the cursor is in', async () => {
    const { remote } = make(() => 'printed by a property\n{"name": "df", "type": "DataFrame"}');
    expect(await inspectPython(remote, 'df', 1, 0, deadline())).toEqual({ name: 'df', type: 'DataFrame' });
    expect(await inspectPython(remote, '1 + ', 4, 0, deadline())).toBeUndefined();
  });
});
