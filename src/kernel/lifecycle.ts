import { log, logError } from './log';

/** Milliseconds between two looks at the parent process. */
const PARENT_INTERVAL = 1000;

/** What the world outside of the sockets may want of the kernel. */
export interface ILifecycleHandlers {
  onInterrupt(): void;
  onTerminate(): void;
}

/**
 * Listen to the process: SIGINT interrupts, SIGTERM and the end of the parent end the kernel, and an error that nobody
 * caught is logged and survived. Returns a function that stops listening.
 */
export function watchProcess(handlers: ILifecycleHandlers, env: NodeJS.ProcessEnv): () => void {
  const listeners: [string, (value: unknown) => void][] = [
    ['SIGINT', () => handlers.onInterrupt()],
    ['SIGTERM', () => handlers.onTerminate()],
    ['uncaughtException', error => logError('uncaught error', error)],
    ['unhandledRejection', error => logError('unhandled rejection', error)]
  ];
  for (const [event, listener] of listeners) process.on(event, listener);
  // Where the server is gone its end of these pipes is gone too: a line of log that nobody reads is no error.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const stop = watchParent(Number(env['JPY_PARENT_PID']), () => {
    log('the process that started this kernel is gone');
    handlers.onTerminate();
  });
  return () => {
    stop();
    for (const [event, listener] of listeners) process.off(event, listener);
  };
}

/**
 * Call back once when the process that started the kernel has ended, so that no orphan stays behind. The parent may be
 * a grandparent (the launcher of a wheel), and where it cannot be seen at all (another PID namespace) nothing is done.
 */
function watchParent(pid: number, onEnd: () => void): () => void {
  // On Windows JPY_PARENT_PID is a handle that only Python's launcher can wait for.
  if (!Number.isInteger(pid) || pid <= 0 || process.platform === 'win32') return () => undefined;
  const { ppid } = process;
  const seen = isAlive(pid);
  const isOver = () => (seen ? !isAlive(pid) || (ppid === pid && process.ppid !== pid) : ppid === 1);
  const timer = setInterval(() => {
    if (!isOver()) return;
    clearInterval(timer);
    onEnd();
  }, PARENT_INTERVAL);
  return () => clearInterval(timer);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
