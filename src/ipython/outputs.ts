import type { IMessage } from '../kernel/wire';
import type { IJsonObject, IMimeBundle, Json } from '../protocol';
import type { ILocalSink } from './types';

/** Views of ipywidgets: their models live in comms, which are not handed on; the text form says what it would be. */
const WIDGET_MIME = 'application/vnd.jupyter.widget-';

/** Hand one iopub message of a child on to the cell. */
export function forward({ header, content }: IMessage, sink: ILocalSink): void {
  switch (header.msg_type) {
    case 'stream':
      sink.stream(content['name'] === 'stderr' ? 'stderr' : 'stdout', text(content['text']));
      return;
    case 'display_data':
      sink.display(bundle(content), object(content['metadata']), displayId(content));
      return;
    case 'update_display_data': {
      const id = displayId(content);
      if (id !== undefined) {
        sink.updateDisplay(bundle(content), id, object(content['metadata']));
      }
      return;
    }
    case 'execute_result':
      sink.result(bundle(content), object(content['metadata']));
      return;
    case 'clear_output':
      sink.clearOutput(content['wait'] === true);
  }
}

/** What an execute_reply asks the front end for: a page, the next cell's text. */
export function forwardPayload(reply: IMessage, sink: ILocalSink): void {
  const { payload } = reply.content;
  for (const item of Array.isArray(payload) ? payload.map(object) : []) {
    if (item['source'] === 'page') {
      sink.page?.(object(item['data']));
    } else if (item['source'] === 'set_next_input') {
      sink.setNextInput?.(text(item['text']), item['replace'] === true);
    }
  }
}

function bundle(content: IJsonObject): IMimeBundle {
  return Object.fromEntries(Object.entries(object(content['data'])).filter(([mime]) => !mime.startsWith(WIDGET_MIME)));
}

function displayId(content: IJsonObject): string | undefined {
  const id = object(content['transient'])['display_id'];
  return typeof id === 'string' ? id : undefined;
}

export function object(value: Json | undefined): IJsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
