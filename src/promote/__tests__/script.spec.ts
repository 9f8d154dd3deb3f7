import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NotPromotable, makeScript, originOf } from '../script';

import type { IScript } from '../types';

// Each look at a cell's Python starts an interpreter.
jest.setTimeout(60_000);
/** Without a Python on the host the grammar decides, which is quicker. */
const NO_PYTHON = { JUPYTERLAB_EMR_PYTHON: '/nonexistent' };

/** A cell of code; with tags as [code, tag …]; Markdown begins with `md:`. */
type Cell = string | [string, ...string[]];

const notebook = (cells: readonly Cell[], kernel = 'pyspark-emr', language = 'python') => ({
  nbformat: 4,
  metadata: { kernelspec: { name: kernel, language } },
  cells: cells.map(cell => {
    const [source, ...tags] = typeof cell === 'string' ? [cell] : cell;
    return source?.startsWith('md:')
      ? { cell_type: 'markdown', source: source.slice(3), metadata: {} }
      : { cell_type: 'code', source, metadata: { tags } };
  })
});
const make = (
  cells: readonly Cell[],
  more: { kernel?: string; language?: string; site?: object; env?: NodeJS.ProcessEnv } = {}
): Promise<IScript> =>
  makeScript({
    notebook: notebook(cells, more.kernel, more.language),
    origin: { notebook: 'daily.ipynb' },
    site: more.site ?? {},
    env: more.env ?? NO_PYTHON
  });
/** The script below its docstring, without blank lines. */
const body = async (...cells: Cell[]) =>
  (await make(cells)).text.split('"""\n').slice(1).join('"""\n').replace(/\n+/g, '\n').trim();
const refusal = (...cells: Cell[]) =>
  make(cells, { env: process.env }).then(
    script => `no refusal: ${script.text}`,
    (error: unknown) => (error instanceof NotPromotable ? error.message : `${String(error)}`)
  );

describe('a script', () => {
  it('has the remote cells in order, imports first, and its own Spark session', async () => {
    const script = await make([
      'md:# Load\ntext\n```\n# no heading\n```\n## Prices',
      'x = 1',
      'from __future__ import annotations\nfrom pyspark.sql import functions as F\ndf = spark.range(3)\ndf.show()',
      'print(sc.version, F)'
    ]);
    expect(script.text.split('\n').slice(7)).toEqual([
      '',
      'from __future__ import annotations',
      '',
      'from pyspark.sql import SparkSession',
      'from pyspark.sql import functions as F',
      '',
      'spark = SparkSession.builder.getOrCreate()',
      'sc = spark.sparkContext',
      '',
      '# %% cell 2',
      '# Load',
      '# Prices',
      'x = 1',
      '',
      '# %% cell 3',
      'df = spark.range(3)',
      'df.show()',
      '',
      '# %% cell 4',
      'print(sc.version, F)',
      ''
    ]);
    const lines = script.text.split('\n');
    expect(script.cells.map(({ cell, first, last }) => [cell, lines[first - 1], lines[last - 1]])).toEqual([
      [1, '# %% cell 2', 'x = 1'],
      [2, '# %% cell 3', 'df.show()'],
      [3, '# %% cell 4', 'print(sc.version, F)']
    ]);
  });

  it('leaves an import where another place would change it', async () => {
    expect(await body('total = max([1])', 'from pyspark.sql.functions import *\nprint(max)')).toBe(
      '# ruff: noqa: F403, F405\n# %% cell 1\ntotal = max([1])\n# %% cell 2\nfrom pyspark.sql.functions import *  # noqa: E402, F811\nprint(max)'
    );
    expect(await body('sc.addPyFile("a.py")\nimport a', 'a.run()')).toContain(
      'sc.addPyFile("a.py")\nimport a  # noqa: E402, F811'
    );
    expect(await body('json = 1\nprint(json)', 'import json\nprint(json)')).toContain(
      'print(json)\n# %% cell 2\nimport json'
    );
  });

  it.each<[string, Cell[], string, RegExp]>([
    ['displays', ['x = 1\ndisplay(x)'], '# %% cell 1\nx = 1', /display/],
    [
      'a display that is a block’s all',
      ['for i in []:\n    display(i)'],
      '# %% cell 1\nfor i in []:\n    pass',
      /display/
    ],
    ['a value at the end', ['x = [1]\nx[0] + len(x)'], '# %% cell 1\nx = [1]', /last expression/],
    ['a frame at the end', ['print(1)\na.select("x").limit(3).toPandas()'], '# %% cell 1\nprint(1)', /last expression/],
    ['line magics', ['%emr status\nx = 1\n%matplot plt'], '# %% cell 1\nx = 1', /application/],
    ['shell lines', ['x = 1\n!ls -l \\\n  /tmp\ny = 2'], '# %% cell 1\nx = 1\ny = 2', /Jupyter host/],
    ['questions', ['x = 1\nx?'], '# %% cell 1\nx = 1', /help/],
    ['local cells', ['%%local\nplot()', 'x = 1'], '# %% cell 2\nx = 1', /Jupyter host/],
    ['skipped cells', [['y = 2', 'skip'], 'x = 1'], '# %% cell 2\nx = 1', /tag "skip"/],
    ['imports that nothing uses', ['import a, b\nprint(b)'], 'import b\n# %% cell 1\nprint(b)', /does not use a/],
    ['packages', ['sc.install_pypi_package("celery")\nx = 1'], '# %% cell 1\nx = 1', /Packages/],
    [
      'the values of one run',
      [['a = 1', 'parameters'], ['a = 2', 'injected-parameters'], 'print(a)'],
      'a = arguments.a\n# %% cell 3\nprint(a)',
      /one run of papermill/
    ]
  ])('leaves out %s, and says why', async (_what, cells, expected, reason) => {
    const script = await make(cells);
    expect(script.text.replace(/\n+/g, '\n').trimEnd().endsWith(expected)).toBe(true);
    expect(script.omissions[0]?.reason).toMatch(reason);
  });

  it.each([
    ['what writes', 'df.write.parquet("s3://b-b/x")'],
    ['what may do something', 'run(df)'],
    ['what prints', 'df.printSchema()'],
    ['what is cached', 'df.cache().count()'],
    ['a remainder that looks like a magic', 'x = (1\n     %y)'],
    ['a magic in a text', 'x = """\n%pip install a\n!ls\n"""']
  ])('keeps %s', async (_what, code) => {
    expect((await body(code)).endsWith(code)).toBe(true);
  });

  it('runs queries as Spark does', async () => {
    expect(await body('%%sql -o rows -n 5\nSELECT "a\\\\d" -- {x}\nFROM t;')).toContain(
      'spark.sql(\n    r"""\nSELECT "a\\\\d" -- {x}\nFROM t\n"""\n).show(5)'
    );
    expect(await body('%%sql -m sample -r 0.5\nWITH a AS (SELECT 1) SELECT * FROM a')).toMatch(
      /\)\.sample\(0\.5\)\.show\(\)$/
    );
    expect(await body('%%sql\nINSERT INTO t SELECT 1')).toMatch(/"""\n\)$/);
    expect(await body('%%sql\nWITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a')).toMatch(/"""\n\)$/);
    expect(await body('day = "x"', "%%sql\nSELECT '{day}', {day}, {other}")).toContain(
      `f"""\nSELECT '{day}', {day}, {{other}}`
    );
    expect(await body('x = 1', '%%sql -q\nSELECT 1')).not.toContain('SELECT');
    expect(await body('%%spark -c sql\nSELECT """a"""')).toContain('SELECT \\"\\"\\"a\\"\\"\\"');
  });

  it('makes arguments of parameters, with types, defaults and help', async () => {
    const script = await make([
      [
        'day = "2024-01-31"  # the day\nn: float = 1\nratio = -0.5\nverbose = True\nsymbols = ["A"]\nlimit: Optional[int] = None\nname: str\nend = date(2024, 1, 2)\n# 100% of it\nbig = 1_000\nlater = day + "x"',
        'parameters'
      ],
      'print(day, later)'
    ]);
    expect(script.arguments).toEqual([
      { name: 'day', type: 'date', default: '2024-01-31', description: 'the day' },
      { name: 'n', type: 'float', default: '1' },
      { name: 'ratio', type: 'float', default: '-0.5' },
      { name: 'verbose', type: 'bool', default: 'true' },
      { name: 'symbols', type: 'json', default: '["A"]' },
      { name: 'limit', type: 'int', optional: true },
      { name: 'name', type: 'string' },
      { name: 'end', type: 'date', default: '2024-01-02' },
      { name: 'big', type: 'int', default: '1000', description: '100% of it' }
    ]);
    expect(script.text).toContain('later = day + "x"');
    expect(runArguments(script.text, ['--name', 'x', '--verbose', 'FALSE', '--day', '2024-02-29T06:00:00Z'])).toBe(
      "2024-02-29 | 1 | -0.5 | False | ['A'] | None | x | datetime.date(2024, 1, 2) | 1000"
    );
    expect(() => runArguments(script.text, [])).toThrow(/required: --name/);
    expect(() => runArguments(script.text, ['--name', 'x', '--big', 'many'])).toThrow(/invalid int value/);
    expect(() => runArguments(script.text, ['--name', 'x', '--day', '2024-02-30'])).toThrow(
      /invalid as_day_text value/
    );
  });

  it('takes sizes and properties from %%configure, the last one over the site', async () => {
    const script = await make(
      [
        '%%configure -f\n{"executorMemory": "1g"}',
        '%%configure -f\n{"driverMemory": "7g", "executorCores": 4, "queue": "q", "jars": ["s3://b-b/a.jar"], "conf": {"spark.a": 1, "spark.yarn.x": "y"}}',
        'x = 1'
      ],
      { site: { sessionDefaults: { conf: { 'spark.a': '0', 'spark.b': '2' } } } }
    );
    expect(script.driver).toEqual({ vcpu: 1, memoryGb: 8, diskGb: 20 });
    expect(script.executor).toEqual({ vcpu: 4, memoryGb: 16, diskGb: 20 });
    expect(script.sparkConf).toEqual({ 'spark.a': '1', 'spark.b': '2', 'spark.jars': 's3://b-b/a.jar' });
    expect(script.warnings.join()).toMatch(/queue.*spark\.yarn\.x/);
  });

  it('finds what is read and written', async () => {
    const script = await make([
      ['base = "s3://lake/in"\nday = "2024-01-01"\ntable = "gold.daily"', 'parameters'],
      'a = spark.read.parquet(base + "/a")\nb = spark.read.format("csv").load(f"s3a://lake/b/day={day}/*.csv")\nc = spark.table("ref.names")',
      'a.createOrReplaceTempView("va")\nd = spark.sql("SELECT * FROM va JOIN market.prices p ON 1 = 1 WHERE x IN (SELECT y FROM other)")',
      'import pandas as pd\ne = pd.read_csv("s3://lake/ref/map.csv")',
      'd.write.mode("overwrite").parquet(path="s3://lake/out/{}/x".format(day))\nd.write.saveAsTable(table)',
      '%%sql\nINSERT OVERWRITE TABLE gold.sums WITH q AS (SELECT 1) SELECT * FROM q, silver.t2 AS z, silver.t3',
      'print(d, e, b, c, "hdfs")\nspark.read.text("hdfs:///x/y")\nsc.textFile("s3://lake/txt/")'
    ]);
    expect(script.reads.map(item => item.s3 ?? item.table)).toEqual([
      'default.other',
      'market.prices',
      'ref.names',
      's3://lake/b/',
      's3://lake/in/a/',
      's3://lake/ref/map.csv',
      's3://lake/txt/',
      'silver.t2',
      'silver.t3'
    ]);
    expect(script.writes.map(item => item.s3 ?? item.table)).toEqual(['gold.daily', 'gold.sums', 's3://lake/out/']);
    expect(script.warnings.join()).toContain('hdfs:///x/y');
  });

  it('takes hints of packages', async () => {
    const script = await make(['%pip install -q "pandas==2.2.3" pyarrow\n!pip install -r more.txt x[y]>=1', 'x = 1']);
    expect(script.packages).toEqual(['pandas==2.2.3', 'pyarrow', 'x[y]>=1']);
  });
});

describe('a notebook is refused', () => {
  it.each<[string, Cell[], RegExp]>([
    ['no Python', ['x = 1', '# a\nx = = 2'], /^Cell 2, line 2: this is not Python.*x = = 2/],
    ['no Python below a magic', ['%%spark\n\nreturn 1'], /^Cell 1, line 3: this is not Python/],
    ['Scala', ['%%scala\nval x = 1'], /^Cell 1: this is Scala/],
    ['R', ['%%r\nx <- 1'], /^Cell 1: this is R/],
    ['another binding', ['x = 1', '%%sql -s other\nSELECT 1'], /^Cell 2, line 1: .*"other"/],
    [
      'a second binding',
      ['%emr connect --cluster-id j-1', '%emr use b', 'x = 1'],
      /^Cell 2, line 1: .*second binding, "b"/
    ],
    ['an option that is none', ['%%sql --nonsense\nSELECT 1'], /^Cell 1, line 1: .*--nonsense/],
    ['wrong settings', ['%%configure\n{"driverMemry": "1g"}', 'x = 1'], /^Cell 1: .*driverMemry/],
    ['a password', ['x = 1\n\npassword = "correct-horse"'], /^Cell 1, line 3: there is a credential/],
    ['a key', [`k = "${'AKIA'}ABCDEFGHIJKLMNOP"`], /^Cell 1, line 1: there is an AWS access key/],
    [
      'a key in the settings',
      ['%%configure\n{"conf":\n{"spark.hadoop.fs.s3a.secret.key": "abcdefghijkl"}}', 'x = 1'],
      /^Cell 1, line 3: .*a key for S3/
    ],
    [
      'data from the host',
      ['%%send_to_spark -i lookup -t df', 'print(lookup)'],
      /^Cell 2: it uses lookup, and only cell 1/
    ],
    ['a shell’s answer', ['files = !ls', 'print(files)'], /^Cell 2: it uses files/],
    ['what a skipped cell gives', [['def f():\n    pass', 'skip'], 'f()'], /^Cell 2: it uses f, .*tag "skip"/],
    ['nothing to run', ['%%local\nx = 1'], /nothing to promote/]
  ])('with %s', async (_what, cells, expected) => {
    const text = await refusal(...cells);
    expect(text).toMatch(expected);
    expect(text).not.toMatch(/correct-horse|ABCDEFGHIJKLMNOP|abcdefghijkl/);
  });

  it('in Scala’s and R’s kernels, and what is no notebook', async () => {
    await expect(make(['val x = 1'], { kernel: 'spark-emr', language: 'scala' })).rejects.toThrow(/Scala/);
    await expect(make(['x <- 1'], { kernel: 'sparkr-emr', language: 'r' })).rejects.toThrow(/this is R/);
    await expect(makeScript({ notebook: 'x', origin: { notebook: 'x' } })).rejects.toThrow(/not JSON/);
    await expect(makeScript({ notebook: { nbformat: 3 }, origin: { notebook: 'x' } })).rejects.toThrow(/format 3/);
  });

  it('not for what only looks like a credential', async () => {
    const code =
      'password = os.environ["DB_PASSWORD"]\ntoken = ""\nsecret = "<your secret>"\nkey = "AKIAIOSFODNN7EXAMPLE"  # pragma: allowlist secret';
    expect(await refusal(code)).toMatch(/^no refusal/);
  });
});

describe('where a script comes from', () => {
  it('is the commit that last changed the notebook, and what is not committed is said', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'emr-origin-'));
    try {
      const git = (...args: string[]) =>
        execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
          encoding: 'utf8'
        }).trim();
      const path = join(folder, 'daily.ipynb');
      writeFileSync(path, JSON.stringify(notebook(['x = 1'])));
      expect(await originOf(path, process.env)).toEqual({ notebook: 'daily.ipynb' });
      git('init', '-q');
      git('add', '.');
      git('commit', '-qm', 'one');
      const commit = git('rev-parse', 'HEAD');
      git('commit', '-qm', 'another', '--allow-empty');
      const origin = await originOf(path, process.env);
      expect(origin).toMatchObject({ notebook: 'daily.ipynb', commit });
      const text = (await makeScript({ notebook: notebook(['x = 1']), origin })).text;
      expect(text).toContain(`daily.ipynb (commit ${commit.slice(0, 12)} of ${origin.time})`);
      expect((await makeScript({ notebook: notebook(['x = 1']), origin })).text).toBe(text);
      writeFileSync(path, JSON.stringify(notebook(['x = 2'])));
      expect(await originOf(path, process.env)).toEqual({ notebook: 'daily.ipynb', commit, dirty: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Run the script's own argument parser. */
function runArguments(text: string, args: string[]): string {
  const head = text.slice(0, text.indexOf('arguments = parse_arguments()'));
  const print =
    'a = parse_arguments()\nprint(" | ".join(v if isinstance(v, str) else repr(v) for v in vars(a).values()))';
  const plain = head.replace(/^from pyspark.*$/gm, '').replace(/^from typing.*$/gm, '');
  return execFileSync(process.env['EMR_PYTHON'] ?? 'python3', ['-c', `${plain}\n${print}`, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe']
  }).trim();
}
