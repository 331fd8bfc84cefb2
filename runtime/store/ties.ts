/**
 * What belongs together, by name: tying two names ties everything tied to either (Tarjan, "Efficiency of a good but not
 * linear set union algorithm", 1975). The asks of a batch are tied by the ids they share and the persons these belong to,
 * because the batch may make one person of all of them before it answers.
 */
export class Ties {
  readonly #above = new Map<string, string>();

  /** One name for everything tied to `name`. */
  root(name: string): string {
    let top = name;
    for (let next = this.#above.get(top); next !== undefined; next = this.#above.get(top)) top = next;
    if (top !== name) this.#above.set(name, top);
    return top;
  }

  tie(a: string, b: string): void {
    const [top, other] = [this.root(a), this.root(b)];
    if (top !== other) this.#above.set(other, top);
  }
}

/** Name of a person among the ties; ids of persons and aliases never meet. */
export const personName = (id: string): string => `person ${id}`;
