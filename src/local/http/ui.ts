/** `/_ui/TOKEN/…`: a presigned URL's way to the driver's Spark UI. */
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

import { GONE } from '../emr/cluster';
import type { IUiGrant, UiGrants } from '../emr/presigned';
import { respond, type IRoute } from './server';

const PATH = /^\/_ui\/([\w-]+)(\/[^?]*)?(\?.*)?$/;

export function makeUiRoute(grants: UiGrants): IRoute {
  return {
    prefix: '/_ui/',
    handle(request: IncomingMessage, response: ServerResponse): void {
      const [, token = '', path = '/', search = ''] = PATH.exec(request.url ?? '') ?? [];
      const grant = grants.find(token);
      if (!grant) {
        page(response, 403, 'This link is not valid any more', 'Ask for the Spark UI again.');
        return;
      }
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        page(response, 405, 'Not allowed', 'The Spark UI is for reading.');
        return;
      }
      const target = sparkUi(grant);
      if (!target) {
        page(
          response,
          grant.persistent ? 200 : 404,
          `Spark applications of cluster ${grant.cluster.id}`,
          grant.applicationId
            ? `Application ${grant.applicationId} is not running any more.`
            : 'No Spark application is running.'
        );
        return;
      }
      proxy(target, `/_ui/${token}`, path + search, request, response);
    }
  };
}

/** The UI of the application that was asked for, or of the newest that may be seen. */
function sparkUi({ cluster, applicationId, owner }: IUiGrant): string | undefined {
  return cluster.livy.sessions
    .filter(
      session =>
        session.sparkUiUrl !== undefined &&
        !GONE.has(session.state) &&
        (owner === undefined || session.owner === undefined || session.owner === owner) &&
        (applicationId === undefined || session.appId === applicationId)
    )
    .at(-1)?.sparkUiUrl;
}

/** Pass a page of a Spark UI on. @param base - what stands before its paths here */
export function proxy(
  target: string,
  base: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse
): void {
  const url = new URL(path, target);
  const origin = new URL(target).origin;
  const upstream = httpRequest(
    url,
    // Spark puts this base before the links of its pages.
    {
      method: request.method,
      headers: { accept: request.headers.accept ?? '*/*', 'x-forwarded-context': base }
    },
    answer => {
      const headers = { ...answer.headers };
      if (headers.location) {
        const location = headers.location.startsWith(origin) ? headers.location.slice(origin.length) : headers.location;
        headers.location = location.startsWith(base) ? location : base + location;
      }
      response.writeHead(answer.statusCode ?? 502, headers);
      answer.pipe(response);
    }
  );
  upstream.on('error', () => {
    if (!response.headersSent) {
      page(response, 502, 'The Spark UI does not answer', 'Its driver has ended, or is too busy.');
    }
  });
  upstream.end();
}

/** A page of few words. */
export function page(response: ServerResponse, status: number, title: string, text: string): void {
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(title)}</title><h1>${escape(title)}</h1><p>${escape(text)}</p></html>`;
  respond(response, { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body });
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
}
