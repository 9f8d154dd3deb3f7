/** `/_spark/TOKEN/…`: a dashboard's way to the Spark UI of a job or a session while it runs, to its history after. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { IRoute } from '../http/server';
import { page, proxy } from '../http/ui';
import { secret } from '../ids';
import type { HistoryServer } from './history';

const LIFE_MILLISECONDS = 3_600_000;
const PATH = /^\/_spark\/([\w-]+)(\/[^?]*)?(\?.*)?$/;

/** What runs, or ran, under a job-run id. */
export interface ISparkUi {
  /** While it runs. */
  uiUrl?: string;
  sparkAppId?: string;
}

/** Looked up anew with each request: what runs now is over later. */
type Find = () => ISparkUi | undefined;

export class Dashboards {
  private readonly grants = new Map<string, { find: Find; expiresAt: number }>();

  /** @param endpoint - the account's own URL */
  constructor(
    private readonly endpoint: () => string,
    private readonly history: HistoryServer
  ) {}

  /** @returns a URL that is valid for an hour */
  give(find: Find): string {
    const token = secret(24);
    this.grants.set(token, { find, expiresAt: Date.now() + LIFE_MILLISECONDS });
    return `${this.endpoint()}/_spark/${token}/`;
  }

  get route(): IRoute {
    return { prefix: '/_spark/', handle: (request, response) => this.handle(request, response) };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, token = '', path = '/', search = ''] = PATH.exec(request.url ?? '') ?? [];
    const grant = this.grants.get(token);
    if (!grant || grant.expiresAt < Date.now()) {
      page(response, 403, 'This link is not valid any more', 'Ask for the dashboard again.');
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      page(response, 405, 'Not allowed', 'The Spark UI is for reading.');
      return;
    }
    const { uiUrl, sparkAppId } = grant.find() ?? {};
    const base = `/_spark/${token}`;
    if (uiUrl !== undefined) {
      // A page of the history of what runs again: there is none yet.
      proxy(uiUrl, base, path.replace(/^\/history\/[^/]+(?=\/)/, '') + search, request, response);
      return;
    }
    const origin = sparkAppId === undefined ? undefined : await this.history.find(sparkAppId);
    if (origin === undefined) {
      page(response, 404, 'No Spark UI', 'Spark did not start, or left no history.');
      return;
    }
    if (isOf(sparkAppId!, path)) {
      proxy(origin, base, path + search, request, response);
    } else {
      const rest = path === '/' || path.startsWith('/history') ? '/jobs/' : path;
      response.writeHead(302, { location: `${base}/history/${sparkAppId}${rest}${search}` }).end();
    }
  }
}

/** Whether the history server's path is of this application, or of the pages' looks. */
function isOf(sparkAppId: string, path: string): boolean {
  return ['/static/', `/history/${sparkAppId}/`, `/api/v1/applications/${sparkAppId}`].some(prefix =>
    path.startsWith(prefix)
  );
}
