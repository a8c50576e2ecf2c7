/** A sentence for the user: what is wrong with the machine, or with what was asked of it, and what to do. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
}
