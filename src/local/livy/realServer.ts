/** The process of a real Apache Livy, with a configuration of its own, on the loopback. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { killTree } from '../processes';
import type { ILivyConfig } from './config';

/** How long it may take to answer, in milliseconds; the account itself waits no longer. */
const READY_MS = 55_000;
/** How long it may take to end its drivers. */
const END_MS = 9000;

export class RealServer {
  url = '';
  private process?: ChildProcess;

  /** @param home - folder of an unpacked Apache Livy, with `bin/livy-server` */
  constructor(
    private readonly home: string,
    private readonly config: ILivyConfig
  ) {}

  /** @throws Error where it does not answer in time */
  async start(): Promise<void> {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    const folder = this.writeConfiguration(port);
    const log = openSync(join(folder, 'server.log'), 'a');
    const child = spawn('bash', [join(this.home, 'bin', 'livy-server')], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        NODE_CHANNEL_FD: undefined,
        NODE_CHANNEL_SERIALIZATION_MODE: undefined,
        HADOOP_CONF_DIR: undefined,
        YARN_CONF_DIR: undefined,
        CLASSPATH: undefined,
        USER: process.env['USER'] ?? 'livy',
        SPARK_HOME: process.env['SPARK_HOME'] ?? (await sparkHome(this.config.python)),
        SPARK_CONF_DIR: folder,
        SPARK_LOCAL_IP: '127.0.0.1',
        PYSPARK_PYTHON: this.config.python,
        PYSPARK_DRIVER_PYTHON: this.config.python,
        LIVY_CONF_DIR: folder,
        LIVY_LOG_DIR: folder,
        LIVY_SERVER_JAVA_OPTS: `-Xmx512m -Djava.io.tmpdir=${folder}`,
        ...(this.config.javaHome ? { JAVA_HOME: this.config.javaHome } : {})
      }
    });
    closeSync(log);
    this.process = child;
    const began = performance.now();
    while (!(await answers(`${this.url}/version`))) {
      if (child.exitCode !== null || performance.now() - began > READY_MS) {
        throw new Error(`the Livy of LIVY_HOME does not answer: see ${join(folder, 'server.log')}`);
      }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  /** In order, its drivers with it; by force where that takes too long. */
  async end(): Promise<void> {
    const child = this.process;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const force = setTimeout(() => void killTree(child.pid ?? 0), END_MS);
    const exited = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGTERM');
    await exited;
    clearTimeout(force);
  }

  /** At once, while this process ends and nothing can be awaited. */
  kill(): void {
    this.process?.kill('SIGTERM');
  }

  private writeConfiguration(port: number): string {
    const folder = join(this.config.workDir, 'livy');
    mkdirSync(folder, { recursive: true });
    const { sessionTimeoutMs, retainedStatements } = this.config.knobs ?? {};
    const write = (file: string, gap: string, values: Record<string, string | number>): void =>
      writeFileSync(
        join(folder, file),
        Object.entries(values)
          .map(([key, value]) => `${key}${gap}${value}\n`)
          .join('')
      );
    write('livy.conf', ' = ', {
      'livy.server.host': '127.0.0.1',
      'livy.server.port': port,
      'livy.spark.master': 'local[2]',
      'livy.server.csrf-protection.enabled': 'false',
      'livy.repl.enable-hive-context': 'false',
      ...(sessionTimeoutMs ? { 'livy.server.session.timeout': `${sessionTimeoutMs}ms` } : {})
    });
    write('livy-client.conf', ' = ', {
      'livy.rsc.rpc.server.address': '127.0.0.1',
      'livy.rsc.launcher.address': '127.0.0.1',
      // What a killed server leaves behind ends soon.
      'livy.rsc.server.idle-timeout': '60s',
      // A busy machine may take longer than Livy's own 90 s.
      'livy.rsc.server.connect.timeout': '600s',
      ...(retainedStatements ? { 'livy.rsc.retained-statements': retainedStatements } : {})
    });
    write('spark-defaults.conf', ' ', {
      'spark.driver.host': '127.0.0.1',
      'spark.driver.bindAddress': '127.0.0.1',
      'spark.local.dir': folder,
      'spark.sql.warehouse.dir': `file:${join(folder, 'warehouse')}`,
      'spark.driver.extraJavaOptions': `-Dderby.system.home=${folder} -Djava.io.tmpdir=${folder}`,
      ...this.config.sparkConf
    });
    return folder;
  }
}

/** The pyspark wheel of an interpreter is a Spark of its own. */
async function sparkHome(python: string): Promise<string> {
  const code = 'import os, pyspark; print(os.path.dirname(pyspark.__file__))';
  return (await promisify(execFile)(python, ['-c', code])).stdout.trim();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(5000) }).then(
    ({ ok }) => ok,
    () => false
  );
}
