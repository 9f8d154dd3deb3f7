// A host whose clock is wrong: `node --import skew.mjs` with EMR_TEST_SKEW_MS. Timers and the steady clock go as ever.
const skew = Number(process.env.EMR_TEST_SKEW_MS);
const RealDate = Date;
globalThis.Date = class Date extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) {
      super(RealDate.now() + skew);
    } else {
      super(...parts);
    }
  }

  static now() {
    return RealDate.now() + skew;
  }
};
