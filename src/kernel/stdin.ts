import type { IJsonObject } from '../protocol';
import { CellError } from './types';
import type { IMessage, Wire } from './wire';

/** Asks the front end for a line of text on behalf of the running cell. */
export class Stdin {
  private waiting?: (value: string) => void;

  constructor(
    private readonly wire: Wire,
    private readonly send: (message: IMessage) => void
  ) {}

  /**
   * Send an input_request to the client whose execute_request this is, and wait for its answer.
   *
   * @throws CellError KeyboardInterrupt where the cell was interrupted meanwhile, StdinNotImplementedError where the
   * client does not take such requests
   */
  async ask(request: IMessage, prompt: string, password: boolean, signal: AbortSignal): Promise<string> {
    if (request.content['allow_stdin'] !== true) {
      throw new CellError('StdinNotImplementedError', 'This front end does not let a cell ask for input.');
    }
    const content: IJsonObject = { prompt, password };
    return await new Promise<string>((resolve, reject) => {
      const stop = () => {
        this.waiting = undefined;
        reject(new CellError('KeyboardInterrupt', 'Interrupted while waiting for input.'));
      };
      if (signal.aborted) {
        stop();
        return;
      }
      signal.addEventListener('abort', stop, { once: true });
      this.waiting = value => {
        this.waiting = undefined;
        signal.removeEventListener('abort', stop);
        resolve(value);
      };
      this.send(this.wire.create('input_request', content, request.header, { identities: request.identities }));
    });
  }

  /** A message that came on the stdin channel. An answer that nobody waits for any more is dropped. */
  handle(message: IMessage): void {
    if (message.header.msg_type !== 'input_reply') return;
    const { value } = message.content;
    this.waiting?.(typeof value === 'string' ? value : '');
  }
}
