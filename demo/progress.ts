import { SingleBar } from 'cli-progress';

/** A line now and then where nobody watches, in ms. */
const LINE_MS = 5_000;

/** How far the sends are. */
export class Progress {
  readonly #bar: SingleBar;

  constructor(sends: number) {
    this.#bar = new SingleBar({
      format: '  {bar} {percentage} % | {value} of {total} sends | {step} | {duration_formatted}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 30,
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: LINE_MS,
      stream: process.stdout,
    });
    this.#bar.start(sends, 0, { step: 'starting' });
  }

  sent(): void {
    this.#bar.increment();
  }

  step(step: string): void {
    this.#bar.update({ step });
  }

  stop(): void {
    this.#bar.stop();
  }
}
