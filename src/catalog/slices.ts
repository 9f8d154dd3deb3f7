/** Long work in short parts: the kernel goes on answering in between. */

/** How long others may have to wait, ms. */
const SLICE_MS = 8;

/** Work on all items, in their order. */
export async function inSlices<T, R>(items: readonly T[], work: (item: T, place: number) => R): Promise<R[]> {
  const done: R[] = [];
  let began = performance.now();
  for (const [place, item] of items.entries()) {
    done.push(work(item, place));
    if (performance.now() - began > SLICE_MS) {
      await new Promise(resolve => setImmediate(resolve));
      began = performance.now();
    }
  }
  return done;
}
