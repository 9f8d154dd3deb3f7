/** `/_local`: what was called, faults, and troubles made on purpose. For tests and demos on loopback. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { CallLog } from '../calls';
import type { Cluster } from '../emr/cluster';
import type { Faults } from '../faults';
import type { MotoProcess } from '../moto/process';
import type { INotification } from '../monitoring/bus';
import type { SchedulerRegion } from '../scheduler/region';
import { respondJson, type IRoute } from './server';

export interface IControlParts {
  calls: CallLog;
  faults: Faults;
  moto: MotoProcess;
  /** Of the account's own region. */
  scheduler: () => SchedulerRegion;
  /** What rules of EventBridge told whom, in the account's own region. */
  notifications: () => INotification[];
  /** Keys that may do everything, for an hour. */
  administrator: () => object;
  /** Of all regions. */
  clusters(): Cluster[];
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string
  ) {
    super(message);
  }
}

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

type Body = Record<string, unknown>;
type Action = (parts: IControlParts, body: unknown) => unknown;

const ACTIONS: Record<string, Action> = {
  'GET /_local/calls': ({ calls }) => calls.list(),
  'DELETE /_local/calls': ({ calls }) => calls.clear(),
  'GET /_local/faults': ({ faults }) => faults.list(),
  'POST /_local/faults': ({ faults }, body) => {
    try {
      return (Array.isArray(body) ? body : [body]).map(fault => faults.add(fault));
    } catch (error) {
      throw new Refusal(400, (error as Error).message);
    }
  },
  'DELETE /_local/faults': ({ faults }) => faults.clear(),
  'POST /_local/expire-credentials': (parts, body) => {
    const clusters = (body as Body)['clusterId'] === undefined ? parts.clusters() : [find(parts, body)];
    clusters.forEach(cluster => cluster.expireCredentials());
    return { clusters: clusters.map(({ id }) => id) };
  },
  'POST /_local/kill-livy': async (parts, body) => {
    const cluster = find(parts, body);
    await cluster.livy.kill();
    if ((body as Body)['restart'] === true) {
      // As the node's service manager would: on the same port, without the sessions.
      await cluster.livy.start();
    }
    return { clusterId: cluster.id };
  },
  'POST /_local/kill-driver': (parts, body) => {
    const cluster = find(parts, body);
    const sessionId = Number((body as Body)['sessionId']);
    if (!cluster.livy.sessions.some(({ id }) => id === sessionId)) {
      throw new Refusal(404, `Cluster ${cluster.id} has no session ${JSON.stringify((body as Body)['sessionId'])}.`);
    }
    cluster.livy.killDriver(sessionId);
    return { clusterId: cluster.id, sessionId };
  },
  'POST /_local/administrator': ({ administrator }) => administrator(),
  'POST /_local/next-day': ({ moto }) => moto.ask('next-day'),
  'GET /_local/notifications': ({ notifications }) => notifications(),
  'GET /_local/schedules': ({ scheduler }) => scheduler().report(),
  'POST /_local/fire-schedule': ({ scheduler }, body) => {
    const { name } = body as Body;
    const schedule = scheduler().schedules.get(String(name));
    if (!schedule) {
      throw new Refusal(404, `There is no schedule ${JSON.stringify(name)}.`);
    }
    return scheduler().wheel.fire(schedule);
  },
  'POST /_local/schedule-clock': async ({ scheduler }, body) => {
    const { to: wanted } = body as Body;
    const { wheel } = scheduler();
    const to = wanted === 'next' ? (wheel.next() ?? wheel.now()) : new Date(String(wanted));
    if (Number.isNaN(to.getTime())) {
      throw new Refusal(400, '"to" has to be "next" or a time, e.g. 2026-11-23T06:00:00Z.');
    }
    const executions = await wheel.forward(to);
    return { now: wheel.now().toISOString(), executions };
  },
  'GET /_local/sessions': parts =>
    parts.clusters().flatMap(({ id, livy }) => livy.sessions.map(session => ({ clusterId: id, ...session })))
};

export function makeControlRoute(parts: IControlParts): IRoute {
  return {
    prefix: '/_local',
    async handle(request: IncomingMessage, response: ServerResponse, raw: Buffer): Promise<void> {
      try {
        // A page in a browser may ask loopback too; it can leave out neither its origin nor the name that it thinks this is.
        if (request.headers.origin !== undefined || !LOOPBACK.test(request.headers.host ?? '')) {
          throw new Refusal(403, 'Not for web pages.');
        }
        const path = (request.url ?? '').split('?')[0].replace(/\/$/, '');
        const action = ACTIONS[`${request.method} ${path}`];
        if (!action) {
          const known = Object.keys(ACTIONS).join(', ');
          throw new Refusal(404, `There is no ${request.method} ${path}. There is ${known}.`);
        }
        respondJson(response, 200, (await action(parts, readJson(raw))) ?? {});
      } catch (error) {
        if (!(error instanceof Refusal)) {
          throw error;
        }
        respondJson(response, error.status, { error: error.message });
      }
    }
  };
}

function readJson(raw: Buffer): unknown {
  let value: unknown;
  try {
    value = raw.length === 0 ? {} : JSON.parse(raw.toString('utf8'));
  } catch {
    throw new Refusal(400, 'The body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null) {
    throw new Refusal(400, 'The body has to be a JSON object.');
  }
  return value;
}

function find(parts: IControlParts, body: unknown): Cluster {
  const { clusterId } = body as Body;
  if (typeof clusterId !== 'string') {
    throw new Refusal(400, '"clusterId" has to be a string.');
  }
  const cluster = parts.clusters().find(({ id }) => id === clusterId);
  if (!cluster) {
    throw new Refusal(404, `There is no cluster ${clusterId}.`);
  }
  return cluster;
}
