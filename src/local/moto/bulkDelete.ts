/** DeleteObjects: each key is allowed or denied by itself, and the answer says which was which. */
import { escapeXml, unescapeXml } from './xml';

interface IBulkDelete {
  mayDelete: (key: string) => Promise<boolean>;
  /** Delete what the body names. */
  pass: (body: Buffer) => Promise<{ status: number; body: Buffer }>;
}

const OBJECT = /<Object\b[^>]*>[\s\S]*?<\/Object>/g;

export async function deleteAllowed(
  raw: Buffer,
  { mayDelete, pass }: IBulkDelete
): Promise<{ status: number; body: Buffer }> {
  const text = unchunk(raw);
  const denied: string[] = [];
  let allowed = text;
  let some = false;
  for (const object of text.match(OBJECT) ?? []) {
    const key = unescapeXml(/<Key>([\s\S]*?)<\/Key>/.exec(object)?.[1] ?? '');
    if (await mayDelete(key)) {
      some = true;
    } else {
      denied.push(key);
      allowed = allowed.replace(object, '');
    }
  }
  if (denied.length === 0) {
    return pass(Buffer.from(text));
  }
  const errors = denied
    .map(key => `<Error><Key>${escapeXml(key)}</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`)
    .join('');
  const answer = some
    ? await pass(Buffer.from(allowed))
    : {
        status: 200,
        body: Buffer.from(`<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></DeleteResult>`)
      };
  const whole = answer.body.toString('utf8').replace(/<\/DeleteResult>|$/, end => errors + end);
  return { ...answer, body: Buffer.from(whole) };
}

/** The document itself, where it was sent in chunks with signatures or checksums between them. */
function unchunk(raw: Buffer): string {
  const text = raw.toString('utf8');
  const start = text.search(/<(\?xml|Delete)\b/);
  const end = text.lastIndexOf('</Delete>');
  return start < 0 || end < 0 ? text : text.slice(start, end + '</Delete>'.length);
}
