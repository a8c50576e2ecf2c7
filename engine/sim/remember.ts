/** Longer texts are seldom and may be very long. */
const LONGEST = 64;
const KEPT = 1000;

/** A function of short texts that remembers what it has made of the last ones: the objects of a cluster have the same few again and again. */
export function remembering<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    if (text.length <= LONGEST) {
      if (known.size >= KEPT) known.clear();
      known.set(text, made);
    }
    return made;
  };
}
