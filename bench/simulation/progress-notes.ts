/** Reports after two seconds, and then every five, how many simulations are done. */

export interface ProgressPorts {
  /** For people; on standard error. */
  readonly note: (line: string) => void;
  /** Calls back once after this many milliseconds. Returns a function that prevents it. */
  readonly setTimer: (milliseconds: number, callback: () => void) => () => void;
}

const FIRST_NOTE_MS = 2000;
const NEXT_NOTE_MS = 5000;

export class ProgressNotes {
  readonly #ports: ProgressPorts;
  #text = 'Simulating';
  #cancel: () => void;

  constructor(ports: ProgressPorts) {
    this.#ports = ports;
    this.#cancel = ports.setTimer(FIRST_NOTE_MS, () => this.#report(FIRST_NOTE_MS));
  }

  readonly show = (done: number, all: number): void => {
    this.#text = `${done} of ${all} simulations are done`;
  };

  stop(): void {
    this.#cancel();
  }

  #report(elapsedMs: number): void {
    this.#ports.note(`${this.#text} … ${elapsedMs / 1000} s`);
    this.#cancel = this.#ports.setTimer(NEXT_NOTE_MS, () => this.#report(elapsedMs + NEXT_NOTE_MS));
  }
}
