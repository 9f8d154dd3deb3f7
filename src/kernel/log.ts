/**
 * The kernel's log is its stderr, which Jupyter Server shows on its console. Errors are told by name, message and
 * stack only: other members of an error (an HTTP client's request, for one) may hold a credential.
 */

/** One line to the log. */
export function log(text: string): void {
  process.stderr.write(`[jupyterlab-emr kernel] ${text}\n`);
}

/** Something that should not have happened, and what was going on. */
export function logError(what: string, error: unknown): void {
  log(`${what}: ${(error as Error | undefined)?.stack ?? String(error)}`);
}
