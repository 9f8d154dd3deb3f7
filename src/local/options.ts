/** The command line of the local account. */
import { parseArgs } from 'node:util';

export interface IOptions {
  /** 0: any free one. */
  port: number;
  /** How many times as fast as AWS things happen. */
  speed: number;
  /** Interpreter with pyspark. */
  python: string;
  /** Folder in which the work folder is made; none: the system's temporary one. */
  work?: string;
  region: string;
  /** Life of cluster session credentials in real seconds. */
  credentialSeconds: number;
  javaHome?: string;
  /** Program of a cluster's Livy; none: `livy.mjs` beside this one. */
  livy?: string;
  /** Tables that the data catalogue has besides the demo's. */
  bigCatalogue: number;
  exitWithStdin: boolean;
  /** End when this process has ended. */
  parent?: number;
}

export const USAGE = `node main.mjs [--port 0] [--speed 20] [--python PATH] [--work DIR] [--region us-east-1]
              [--credentials-seconds 900] [--java-home DIR] [--livy PATH] [--big-catalogue 10000] [--parent PID] [--exit-with-stdin]

Runs the local account until SIGTERM or SIGINT; prints one line of JSON when it is ready.`;

/** @throws Error saying which option is wrong */
export function readOptions(argv: readonly string[]): IOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '0' },
      speed: { type: 'string', default: '20' },
      python: { type: 'string', default: 'python3' },
      work: { type: 'string' },
      region: { type: 'string', default: 'us-east-1' },
      'credentials-seconds': { type: 'string', default: '900' },
      'java-home': { type: 'string' },
      livy: { type: 'string' },
      'big-catalogue': { type: 'string', default: '0' },
      parent: { type: 'string' },
      'exit-with-stdin': { type: 'boolean', default: false }
    }
  });
  const number = (name: 'port' | 'speed' | 'credentials-seconds' | 'big-catalogue' | 'parent', least: number) => {
    const value = Number(values[name]);
    if (!Number.isFinite(value) || value < least) {
      throw new Error(`--${name} has to be a number of at least ${least}`);
    }
    return value;
  };
  return {
    port: number('port', 0),
    speed: number('speed', 0.01),
    python: values.python,
    ...(values.work === undefined ? {} : { work: values.work }),
    region: values.region,
    credentialSeconds: number('credentials-seconds', 1),
    ...(values['java-home'] === undefined ? {} : { javaHome: values['java-home'] }),
    ...(values.livy === undefined ? {} : { livy: values.livy }),
    bigCatalogue: number('big-catalogue', 0),
    exitWithStdin: values['exit-with-stdin'],
    ...(values.parent === undefined ? {} : { parent: number('parent', 1) })
  };
}
