import type { IJsonObject, Json } from '../../protocol';
import { Comms } from '../comms';
import type { Publisher } from '../outputs';
import type { IComm } from '../types';
import type { IMessage } from '../wire';

const message = (content: IJsonObject) => ({ content, header: {} }) as unknown as IMessage;

it('serves a comm once that a page opens again because it heard no greeting', () => {
  const published: unknown[] = [];
  const publisher = { publish: (_type: string, content: IJsonObject) => published.push(content['data']) };
  const comms = new Comms(publisher as unknown as Publisher);
  const served: IComm[] = [];
  const heard: [number, Json][] = [];
  const ended: number[] = [];
  comms.register('emr:session', comm => {
    const index = served.push(comm) - 1;
    comm.onMessage = data => heard.push([index, data]);
    comm.onClose = () => ended.push(index);
    comm.send({ hello: index });
  });
  const open = message({ comm_id: 'c', target_name: 'emr:session' });
  comms.handleOpen(open);
  comms.handleOpen(open);
  comms.handleMessage(message({ comm_id: 'c', data: 1 }));
  // Whoever held the first one would tell every change twice.
  served[0].send({ from: 0 });
  served[1].send({ from: 1 });
  expect(ended).toEqual([0]);
  expect(heard).toEqual([[1, 1]]);
  expect(published).toEqual([{ hello: 0 }, { hello: 1 }, { from: 1 }]);
  // The end of the first leaves the second open.
  served[0].close();
  expect(comms.list('emr:session')).toEqual({ c: { target_name: 'emr:session' } });
});
