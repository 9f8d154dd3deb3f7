/** Time of the account: what AWS takes minutes for passes `speed` times as fast. Timestamps are the wall clock's. */
export class Clock {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(readonly speed = 1) {
    if (!(speed > 0)) {
      throw new RangeError('speed has to be above 0');
    }
  }

  now(): Date {
    return new Date();
  }

  /** Call back after that many seconds of AWS's time. The returned function calls it off. */
  after(seconds: number, callback: () => void): () => void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        callback();
      },
      Math.min((seconds * 1000) / this.speed, 2 ** 31 - 1)
    );
    this.timers.add(timer);
    return () => {
      this.timers.delete(timer);
      clearTimeout(timer);
    };
  }

  /** Seconds of AWS's time since a moment of the wall clock. */
  since(moment: Date): number {
    return ((Date.now() - moment.getTime()) / 1000) * this.speed;
  }

  /** Call off everything. */
  dispose(): void {
    this.timers.forEach(timer => clearTimeout(timer));
    this.timers.clear();
  }
}
