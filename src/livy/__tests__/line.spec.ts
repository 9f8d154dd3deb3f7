import { Line } from '../line';

describe('the line to a Livy', () => {
  let now = 0;
  let line: Line;
  const answered = (...trips: number[]): void => {
    for (const trip of trips) {
      now += 20;
      line.add(trip);
    }
  };
  beforeEach(() => {
    now = 0;
    line = new Line(() => now);
  });

  it('says nothing of a Livy that was never asked', () => {
    expect([line.roundTripMs, line.strainMs]).toEqual([0, 0]);
  });

  it('takes a far Livy for far from the first request on, and its jitter for no strain', () => {
    answered(160);
    expect([line.roundTripMs, line.strainMs]).toEqual([160, 0]);
    answered(150, 185, 180, 152, 187);
    expect([line.roundTripMs, line.strainMs]).toEqual([150, 0]);
  });

  it('tells strain by what the last requests in the middle took longer', () => {
    answered(4, 5, 4, 105, 105);
    expect(line.strainMs).toBe(96);
    answered(4);
    expect(line.strainMs).toBe(96);
    answered(4);
    expect(line.strainMs).toBe(0);
  });

  it('knows the distance through a minute of strain', () => {
    answered(4);
    for (now = 10_000; now < 59_000;) {
      answered(90, 100, 110);
    }
    expect(line.roundTripMs).toBe(4);
    expect(line.strainMs).toBeGreaterThan(80);
  });

  it('learns a new distance in a minute, and forgets none in a pause', () => {
    answered(4);
    for (now = 10_000; now < 75_000;) {
      answered(150, 151, 152);
    }
    expect([line.roundTripMs, line.strainMs]).toEqual([150, 0]);
    now += 3_600_000;
    expect(line.roundTripMs).toBe(150);
    answered(170);
    expect(line.roundTripMs).toBe(170);
  });
});
