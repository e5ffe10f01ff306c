/** Passes on what a source gives, and has the source at work on the next piece while the last one is being used. */
export async function* readAhead<T>(source: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  let coming = source.next();
  try {
    for (;;) {
      const { done, value } = await coming;
      if (done || value === undefined) return;
      coming = source.next();
      // told to whoever takes the next piece; nobody does when this one cannot be used
      coming.catch(() => {});
      yield value;
    }
  } finally {
    await source.return();
  }
}
