/**
 * Version of the words that the browser and the kernel exchange over our comms.
 * Raised by one whenever a message changes its meaning, checked by both sides when a comm opens.
 */
export const PROTOCOL_VERSION = 1;

/**
 * Why two protocol versions do not fit, in the user's words, or undefined where they do.
 *
 * @param browser - the version that the front end speaks
 * @param kernel - the version that the kernel speaks
 */
export function versionMismatch(browser: unknown, kernel: number = PROTOCOL_VERSION): string | undefined {
  if (browser === kernel) {
    return undefined;
  }
  const older = typeof browser === 'number' && browser < kernel ? 'page' : 'kernel';
  return (
    `The JupyterLab page speaks version ${String(browser)} of the jupyterlab-emr protocol, the kernel version ${kernel}. ` +
    (older === 'page'
      ? 'Reload the page (Shift+F5) so that it loads the newer extension.'
      : 'Restart the kernel, or upgrade jupyterlab-emr in the environment that the kernel runs in.')
  );
}
