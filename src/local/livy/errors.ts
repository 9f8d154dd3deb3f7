/** An answer that is no success, as Livy words it. Thrown by whoever notices, written by the server. */
export class LivyError extends Error {
  /** @param body - what is sent as JSON; undefined: nothing is. */
  constructor(
    readonly status: number,
    readonly body?: unknown
  ) {
    super(typeof body === 'string' ? body : JSON.stringify(body ?? status));
  }
}

/** Livy's `IllegalArgumentException` of the server. */
export function badRequest(message: string): LivyError {
  return new LivyError(400, { msg: message });
}

/** Livy's `IllegalStateException`: the session is not there to run anything. */
export function notRunning(state: string): LivyError {
  return new LivyError(500, `java.lang.IllegalStateException: Session is in state ${state}`);
}

/** An exception of the driver that the server only passes on. */
export function fromDriver(exception: string): LivyError {
  return new LivyError(
    500,
    `java.util.concurrent.ExecutionException: org.apache.livy.rsc.rpc.RpcException: ${exception}`
  );
}
