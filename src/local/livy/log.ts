/** The last lines of a driver's two streams, shown in one list as Livy shows them. */
export class DriverLog {
  private readonly streams: Record<'stdout' | 'stderr', { lines: string[]; rest: string }> = {
    stdout: { lines: [], rest: '' },
    stderr: { lines: [], rest: '' }
  };

  /** @param limit - lines kept of each stream. */
  constructor(private readonly limit = 200) {}

  add(stream: 'stdout' | 'stderr', text: string): void {
    const to = this.streams[stream];
    const lines = (to.rest + text).split('\n');
    // A line that never ends (a progress bar) must not grow for ever.
    to.rest = (lines.pop() ?? '').slice(-10_000);
    to.lines.push(...lines);
    if (to.lines.length > this.limit) to.lines.splice(0, to.lines.length - this.limit);
  }

  lines(): string[] {
    const { stdout, stderr } = this.streams;
    const all = (stream: { lines: string[]; rest: string }): string[] =>
      stream.rest ? [...stream.lines, stream.rest] : stream.lines;
    return ['stdout: ', ...all(stdout), '\nstderr: ', ...all(stderr)];
  }
}
