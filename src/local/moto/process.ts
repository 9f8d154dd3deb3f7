/** The moto process of the account: started when something of it is first asked for, ended with the account. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { AwsError } from '../errors';
import { secret } from '../ids';
import type { ISeed } from '../access/seed';

/** The header that says that a request comes from the account. */
export const TOKEN_HEADER = 'x-emr-local-token';
const HOST = '127.0.0.1';
/** How long it may take to say its port, in real seconds. */
const READY_SECONDS = 60;

const running = new Set<MotoProcess>();
// It also ends by itself when its standard input closes, whatever killed us; this is only sooner.
process.on('exit', () => running.forEach(moto => moto.kill()));

export class MotoProcess {
  readonly token = secret(24);
  private child?: ChildProcess;
  private starting?: Promise<number>;

  /**
   * @param python - interpreter with moto
   * @param seed - what is there from the beginning
   */
  constructor(
    private readonly python: string,
    private readonly seed: ISeed
  ) {}

  /** Whether anything can have been changed in it. */
  get started(): boolean {
    return this.starting !== undefined;
  }

  /** Start it unless it runs. @returns its port. @throws AwsError `ServiceUnavailable` that says why it did not start */
  start(): Promise<number> {
    this.starting ??= this.spawn().catch(error => {
      this.starting = undefined;
      throw error;
    });
    return this.starting;
  }

  /** Ask what the account asks of it besides AWS. @param path - below `/_account` */
  async ask<T>(path: string): Promise<T> {
    const port = await this.start();
    return new Promise((resolve, reject) => {
      request({ host: HOST, port, path: `/_account/${path}`, headers: { [TOKEN_HEADER]: this.token } }, response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) {
            resolve(JSON.parse(text) as T);
          } else {
            reject(new Error(`moto answers ${response.statusCode} to ${path}: ${text}`));
          }
        });
      })
        .on('error', reject)
        .end();
    });
  }

  /** End it and wait for that. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child?.exitCode === null && child.signalCode === null) {
      const exited = new Promise(resolve => child.once('exit', resolve));
      this.kill();
      await exited;
    }
  }

  kill(): void {
    this.child?.kill('SIGKILL'); // it keeps nothing that would have to be saved
  }

  private spawn(): Promise<number> {
    // Its own process group, so that a Ctrl-C at the terminal reaches the account alone, which then ends it.
    const child = spawn(this.python, ['-u', script()], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(AWS|MOTO)_/.test(key)))
    });
    this.child = child;
    running.add(this);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
    child.stdin.on('error', () => undefined); // the exit says it
    child.stdin.write(JSON.stringify({ ...this.seed, token: this.token }) + '\n');
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        clearTimeout(timer);
        const missing = /No module named '(moto|flask|werkzeug)[^']*'/.test(said);
        const fix = missing ? ` It needs moto: ${this.python} -m pip install 'moto[s3,iam,kms,glue,server]'.` : '';
        const last = said.trim().split('\n').at(-1) ?? '';
        reject(
          new AwsError(
            'ServiceUnavailable',
            `S3 and IAM of the local account did not start: ${why}. ${last}${fix}`,
            503
          )
        );
      };
      const timer = setTimeout(() => {
        fail(`it was not ready within ${READY_SECONDS} s`);
        this.kill();
      }, READY_SECONDS * 1000);
      createInterface({ input: child.stdout }).once('line', line => {
        clearTimeout(timer);
        resolve((JSON.parse(line) as { port: number }).port);
      });
      child.once('error', error => fail(error.message));
      child.once('exit', (code, signal) => {
        running.delete(this);
        this.child = undefined;
        this.starting = undefined;
        fail(`it ended with ${signal ?? `exit code ${code}`}`);
      });
    });
  }
}

/** `moto/launcher.py` in the bundle (we may be in `chunks/`), or beside this file in the sources. */
function script(): string {
  const found = [
    join(__dirname, 'moto', 'launcher.py'),
    join(__dirname, '..', 'moto', 'launcher.py'),
    join(__dirname, 'launcher.py')
  ].find(existsSync);
  if (found === undefined) {
    throw new Error(`launcher.py is not beside ${__dirname}`);
  }
  return found;
}
