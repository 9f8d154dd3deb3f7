/** Spark's own history server over the event logs of all jobs: a process that starts when somebody looks at the past. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { killGroup, killTree } from '../processes';
import { sparkClass } from './sparkProcess';

const READY_SECONDS = 60;
/** Until an application that has just ended is listed. */
const LISTED_SECONDS = 60;
const BOUND = /HistoryServer: .*started at http:\/\/[^:]+:(\d+)/;

const running = new Set<HistoryServer>();
process.on('exit', () => running.forEach(server => server.killNow()));

export class HistoryServer {
  private child?: ChildProcess;
  private starting?: Promise<number>;

  constructor(private readonly site: { python: string; javaHome?: string; eventDir: string }) {}

  /**
   * Where an application's past can be read.
   *
   * @returns origin of the server; undefined: it does not know the application
   */
  async find(sparkAppId: string): Promise<string | undefined> {
    this.starting ??= this.spawn().catch(error => {
      this.starting = undefined;
      throw error;
    });
    const origin = `http://127.0.0.1:${await this.starting}`;
    for (const end = Date.now() + LISTED_SECONDS * 1000; Date.now() < end;) {
      if (await this.knows(origin, sparkAppId)) {
        return origin;
      }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
    return undefined;
  }

  /**
   * Whether its pages can be read. Spark renames a log at its end: a server that has seen it before lists the
   * application, but finds no file to read, until it has seen the new name.
   */
  private async knows(origin: string, sparkAppId: string): Promise<boolean> {
    const renamed = existsSync(join(this.site.eventDir, sparkAppId));
    const attempts = await attemptsOf(`${origin}/api/v1/applications/${sparkAppId}`);
    return attempts.length > 0 && (!renamed || attempts.every(({ completed }) => completed));
  }

  async dispose(): Promise<void> {
    if (this.child?.pid !== undefined) {
      await killTree(this.child.pid);
    }
  }

  killNow(): void {
    if (this.child?.pid !== undefined) {
      killGroup(this.child.pid);
    }
  }

  private spawn(): Promise<number> {
    const { python, javaHome, eventDir } = this.site;
    mkdirSync(eventDir, { recursive: true, mode: 0o700 });
    const options = [
      `-Dspark.history.fs.logDirectory=file://${eventDir}`,
      '-Dspark.history.ui.port=0',
      '-Dspark.history.fs.update.interval=1s',
      '-Dspark.history.fs.cleaner.enabled=false'
    ];
    const child = spawn(
      python,
      [
        sparkClass(),
        ...(javaHome ? ['--java-home', javaHome] : []),
        `--options=${options.join(' ')}`,
        'org.apache.spark.deploy.history.HistoryServer'
      ],
      {
        cwd: eventDir,
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
        env: Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(AWS_|SPARK_|PYSPARK_)/.test(key)))
      }
    );
    this.child = child;
    running.add(this);
    return new Promise((resolve, reject) => {
      let text = '';
      const fail = (why: string) => {
        clearTimeout(timer);
        reject(new Error(`Spark's history server did not start: ${why}\n${text.slice(-2000)}`));
      };
      const timer = setTimeout(() => {
        fail(`not within ${READY_SECONDS} s`);
        void this.dispose();
      }, READY_SECONDS * 1000);
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        text = (text + chunk).slice(-20_000);
        const port = BOUND.exec(text)?.[1];
        if (port !== undefined) {
          clearTimeout(timer);
          resolve(Number(port));
        }
      });
      child.once('error', error => fail(error.message));
      child.once('exit', code => {
        running.delete(this);
        if (this.child === child) {
          this.child = undefined;
          this.starting = undefined;
        }
        fail(`exit code ${code}`);
      });
    });
  }
}

interface IAttempt {
  completed: boolean;
}

/** @returns none: the server does not know it yet, or does not answer */
async function attemptsOf(url: string): Promise<IAttempt[]> {
  try {
    const answer = await fetch(url);
    return answer.ok ? ((await answer.json()) as { attempts: IAttempt[] }).attempts : [];
  } catch {
    return [];
  }
}
