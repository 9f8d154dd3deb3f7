/** One attempt of a job: a real SparkSubmit process in a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { killGroup, killTree } from '../processes';
import type { SparkConf } from './demand';

export interface ISparkStart {
  python: string;
  javaHome?: string;
  /** Its own folder: scripts and archives are there already. */
  workDir: string;
  /** Where Spark writes its event logs. */
  eventDir: string;
  conf: SparkConf;
  mainClass?: string;
  /** Path of the script or jar. */
  program: string;
  arguments: string[];
  /** Keys of the execution role among them: nowhere else. */
  env: Record<string, string>;
}

/** What it tells while it runs. */
export interface ISparkEvents {
  /** Its Spark UI answers at this URL. */
  ui(url: string): void;
  /** Spark's own id of the application, by which its event log is named. */
  application(id: string): void;
}

export interface ISparkEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const UI = /SparkUI: .*started at (http:\/\/\S+)/;
const EVENTS = /EventLogFileWriters?: Logging events to \S*\/([\w-]+?)(?:\.inprogress)?$/;
/** A line of the log that is longer is not looked at. */
const LONGEST_LINE = 10_000;

const running = new Set<SparkProcess>();
process.on('exit', () => running.forEach(spark => spark.killNow()));

export class SparkProcess {
  readonly ended: Promise<ISparkEnd>;
  readonly stdout: string;
  readonly stderr: string;
  private readonly child: ChildProcess;

  constructor(start: ISparkStart, events: ISparkEvents) {
    this.stdout = join(start.workDir, 'stdout');
    this.stderr = join(start.workDir, 'stderr');
    const out = openSync(this.stdout, 'a', 0o600);
    const err = openSync(this.stderr, 'a', 0o600);
    this.child = spawn(start.python, commandLine(start), {
      cwd: start.workDir,
      detached: true,
      stdio: ['ignore', out, 'pipe'],
      env: environment(start)
    });
    closeSync(out);
    running.add(this);
    watchLog(this.child, err, events);
    this.ended = new Promise(resolve => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        running.delete(this);
        this.killNow(); // what it left in its group
        closeSync(err);
        resolve({ code, signal });
      };
      // Only when its output has been read to the end; a process that it left behind may hold that open.
      let closing: NodeJS.Timeout | undefined;
      this.child.once('close', (code, signal) => {
        clearTimeout(closing);
        end(code, signal);
      });
      this.child.once('exit', () => {
        closing = setTimeout(() => killGroup(this.child.pid!), 1000);
      });
      this.child.once('error', error => {
        writeSync(err, `${error.message}\n`);
        if (this.child.pid === undefined) {
          end(null, null);
        }
      });
    });
  }

  /** Ask it to end: Spark's shutdown hooks run. */
  terminate(): void {
    this.signal('SIGTERM');
  }

  /** SIGKILL it and all below it. */
  async kill(): Promise<void> {
    if (this.child.pid !== undefined && running.has(this)) {
      await killTree(this.child.pid);
    }
    await this.ended;
  }

  killNow(): void {
    if (this.child.pid !== undefined) {
      killGroup(this.child.pid);
    }
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.child.pid !== undefined && running.has(this)) {
      try {
        process.kill(process.platform === 'win32' ? this.child.pid : -this.child.pid, signal);
      } catch {
        // it has ended
      }
    }
  }
}

/** `spark_class.py`, in the bundle's folder (we may be in `chunks/`) or in the sources. */
export function sparkClass(): string {
  const found = ['driver', '../driver', '../../driver']
    .map(folder => join(__dirname, folder, 'spark_class.py'))
    .find(existsSync);
  if (found === undefined) {
    throw new Error(`spark_class.py is not beside ${__dirname}`);
  }
  return found;
}

function commandLine({
  javaHome,
  workDir,
  conf,
  mainClass,
  program,
  arguments: given,
  eventDir
}: ISparkStart): string[] {
  // By file, not by argument: the configuration may hold secrets, and `ps` shows arguments.
  const file = join(workDir, 'spark.properties');
  const all: SparkConf = {
    'spark.app.name': program.split(/[\\/]/).at(-1)!,
    'spark.sql.catalogImplementation': 'in-memory',
    'spark.sql.warehouse.dir': join(workDir, 'warehouse'),
    ...conf,
    // The Glue catalogue's client is EMR's, no part of Spark: a job that asks for it gets an empty catalogue here.
    ...(conf['spark.hadoop.hive.metastore.client.factory.class']?.startsWith('com.amazonaws.glue.')
      ? { 'spark.sql.catalogImplementation': 'in-memory' }
      : {}),
    // What one machine cannot give away: local mode, on the loopback only.
    'spark.master': 'local[2]',
    'spark.submit.deployMode': 'client',
    'spark.dynamicAllocation.enabled': 'false',
    'spark.local.dir': workDir,
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.ui.enabled': 'true',
    'spark.ui.port': '0',
    'spark.ui.showConsoleProgress': 'false',
    'spark.eventLog.enabled': 'true',
    'spark.eventLog.dir': `file://${eventDir}`,
    'spark.eventLog.rolling.enabled': 'false'
  };
  mkdirSync(eventDir, { recursive: true, mode: 0o700 });
  const lines = Object.entries(all).map(([key, value]) => `${escapeProperty(key)}=${escapeProperty(value)}\n`);
  writeFileSync(file, lines.join(''), { mode: 0o600 });
  return [
    sparkClass(),
    ...(javaHome ? ['--java-home', javaHome] : []),
    '--memory',
    conf['spark.driver.memory'] ?? '1g',
    ...option('--options', conf['spark.driver.extraJavaOptions']),
    ...option('--classpath', conf['spark.driver.extraClassPath']),
    'org.apache.spark.deploy.SparkSubmit',
    '--properties-file',
    file,
    ...(mainClass ? ['--class', mainClass] : []),
    program,
    ...given
  ];
}

/** With `=`, since a value may begin with a dash. */
function option(name: string, value: string | undefined): string[] {
  return value ? [`${name}=${value}`] : [];
}

function escapeProperty(text: string): string {
  return text.replace(/[\\\n\r\t=: #!]|[^\x20-\x7e]/g, character => {
    const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
    return character.charCodeAt(0) > 126
      ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
      : (named[character] ?? `\\${character}`);
  });
}

/** Of this process's own environment nothing that is about AWS, Spark, Python or us. */
const OWN = /^(AWS_|SPARK_|PYSPARK_|PYTHON|JUPYTER|NODE_)/;
const DRIVER_ENV = 'spark.emr-serverless.driverEnv.';

function environment({ env, conf }: ISparkStart): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([key]) => !OWN.test(key));
  const asked = Object.entries(conf)
    .filter(([key]) => key.startsWith(DRIVER_ENV))
    .map(([key, value]): [string, string] => [key.slice(DRIVER_ENV.length), value]);
  return { ...Object.fromEntries<string | undefined>([...own, ...asked]), ...env };
}

/** Its standard error: kept, and looked through for what it says of itself. */
function watchLog(child: ChildProcess, file: number, events: ISparkEvents): void {
  let rest = '';
  let told = 0;
  child.stderr?.on('data', (chunk: Buffer) => {
    writeSync(file, chunk);
    if (told === 2) {
      return;
    }
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop()!.slice(-LONGEST_LINE);
    for (const line of lines) {
      const ui = UI.exec(line)?.[1];
      const application = EVENTS.exec(line)?.[1];
      if (ui !== undefined) {
        told++;
        events.ui(ui);
      } else if (application !== undefined) {
        told++;
        events.application(application);
      }
    }
  });
}
