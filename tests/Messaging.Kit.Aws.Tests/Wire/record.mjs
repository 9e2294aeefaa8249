// Records what AWS's SDK for JavaScript sends, for WireTests.cs to hold the kit's clients against. It writes wire.json anew:
//
//   cp package.json record.mjs /tmp/wire && cd /tmp/wire && npm install && node record.mjs > <here>/wire.json
//
// A case's input is written twice, here and in WireTests.cs: the two share no code, and that is the point.
import http from 'node:http';
import * as sns from '@aws-sdk/client-sns';
import * as events from '@aws-sdk/client-eventbridge';

const topic = 'arn:aws:sns:eu-west-1:123456789012:orders';
const subscription = topic + ':0b1e9d3c-0000-4000-8000-000000000001';
const queue = 'arn:aws:sqs:eu-west-1:123456789012:orders';
const bus = 'arn:aws:events:eu-west-1:123456789012:event-bus/orders';
const odd = 'plus+ amp& eq= pct% quote" apos\' lt< gt> slash/ tilde~ star* paren() back\\ tab\t line\n ÿ € 漢 😀 \u0001\u007f';
const at = new Date(1795425300123);
const pattern = '{"source":["shop"],"detail":{"total":[{"numeric":[">",100]}]}}';

const cases = {
  PublishBatch: new sns.PublishBatchCommand({
    TopicArn: topic,
    PublishBatchRequestEntries: [
      { Id: '0', Message: '{"id":"1","data":{"text":"ä €"}}' },
      {
        Id: 'second_one-2', Message: odd, Subject: 'A subject: 100% & more',
        MessageAttributes: {
          type: { DataType: 'String', StringValue: odd },
          total: { DataType: 'Number', StringValue: '-12.5' },
          tags: { DataType: 'String.Array', StringValue: '["a",1,true,null]' },
          raw: { DataType: 'Binary', BinaryValue: Uint8Array.from([0, 1, 250, 251, 252, 253, 254, 255]) },
        },
      },
    ],
  }),
  PublishBatchFifo: new sns.PublishBatchCommand({
    TopicArn: topic + '.fifo',
    PublishBatchRequestEntries: [...Array(10).keys()].map(i => ({
      Id: `${i}`, Message: `message ${i}`, MessageGroupId: `customer ${i % 3}`, MessageDeduplicationId: `dedup-${i}`,
    })),
  }),
  CreateTopic: new sns.CreateTopicCommand({
    Name: 'orders.fifo', Attributes: { FifoTopic: 'true', Policy: '{"Version":"2012-10-17"}' }, Tags: [{ Key: 'team', Value: 'a & b' }, { Key: 'cost centre', Value: '' }],
  }),
  CreateTopicPlain: new sns.CreateTopicCommand({ Name: 'orders' }),
  DeleteTopic: new sns.DeleteTopicCommand({ TopicArn: topic }),
  ListTopics: new sns.ListTopicsCommand({}),
  ListTopicsNext: new sns.ListTopicsCommand({ NextToken: 'AAA/bbb+c==' }),
  GetTopicAttributes: new sns.GetTopicAttributesCommand({ TopicArn: topic }),
  SetTopicAttributes: new sns.SetTopicAttributesCommand({ TopicArn: topic, AttributeName: 'Policy', AttributeValue: '{"a": 1}' }),
  ListTagsForResource: new sns.ListTagsForResourceCommand({ ResourceArn: topic }),
  Subscribe: new sns.SubscribeCommand({
    TopicArn: topic, Protocol: 'sqs', Endpoint: queue, ReturnSubscriptionArn: true,
    Attributes: { RawMessageDelivery: 'true', FilterPolicy: '{"type":["a"]}' },
  }),
  Unsubscribe: new sns.UnsubscribeCommand({ SubscriptionArn: subscription }),
  ListSubscriptionsByTopic: new sns.ListSubscriptionsByTopicCommand({ TopicArn: topic }),
  ListSubscriptionsByTopicNext: new sns.ListSubscriptionsByTopicCommand({ TopicArn: topic, NextToken: 'n' }),
  GetSubscriptionAttributes: new sns.GetSubscriptionAttributesCommand({ SubscriptionArn: subscription }),
  SetSubscriptionAttributes: new sns.SetSubscriptionAttributesCommand({ SubscriptionArn: subscription, AttributeName: 'FilterPolicy', AttributeValue: '' }),

  PutEvents: new events.PutEventsCommand({
    Entries: [
      { Source: 'shop', DetailType: 'order.placed', Detail: '{"id":"1"}' },
      {
        Source: 'shop/ä', DetailType: 'odd "type"', Detail: JSON.stringify({ text: odd, nested: { quotes: '"\\"' } }), Time: at,
        Resources: ['arn:aws:s3:::bucket', queue], EventBusName: bus, TraceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
      },
    ],
  }),
  DescribeEventBus: new events.DescribeEventBusCommand({ Name: 'orders' }),
  DescribeEventBusDefault: new events.DescribeEventBusCommand({}),
  CreateEventBus: new events.CreateEventBusCommand({ Name: 'orders', Description: 'of the shop', KmsKeyIdentifier: 'alias/kit', Tags: [{ Key: 'team', Value: 'a' }] }),
  DeleteEventBus: new events.DeleteEventBusCommand({ Name: 'orders' }),
  PutRule: new events.PutRuleCommand({ Name: 'large', EventBusName: 'orders', EventPattern: pattern, State: 'DISABLED', Description: 'over 100', Tags: [{ Key: 'team', Value: 'a' }] }),
  DescribeRule: new events.DescribeRuleCommand({ Name: 'large', EventBusName: 'orders' }),
  DeleteRule: new events.DeleteRuleCommand({ Name: 'large', EventBusName: 'orders' }),
  ListRules: new events.ListRulesCommand({ EventBusName: 'orders', NamePrefix: 'la', NextToken: 'n' }),
  PutTargets: new events.PutTargetsCommand({
    Rule: 'large', EventBusName: 'orders',
    Targets: [
      { Id: 'plain', Arn: queue },
      {
        Id: 'shaped', Arn: queue + '.fifo', RoleArn: 'arn:aws:iam::123456789012:role/r',
        InputTransformer: { InputPathsMap: { id: '$.detail.id' }, InputTemplate: '{"id":<id>}' },
        SqsParameters: { MessageGroupId: 'g' }, DeadLetterConfig: { Arn: queue + '-dlq' },
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
      },
      { Id: 'fixed', Arn: queue, Input: '{"a":1}' },
      { Id: 'part', Arn: queue, InputPath: '$.detail' },
    ],
  }),
  ListTargetsByRule: new events.ListTargetsByRuleCommand({ Rule: 'large', EventBusName: 'orders', NextToken: 'n' }),
  RemoveTargets: new events.RemoveTargetsCommand({ Rule: 'large', EventBusName: 'orders', Ids: ['plain', 'shaped'] }),
  CreateArchive: new events.CreateArchiveCommand({ ArchiveName: 'all', EventSourceArn: bus, Description: 'everything', EventPattern: pattern, RetentionDays: 7 }),
  DescribeArchive: new events.DescribeArchiveCommand({ ArchiveName: 'all' }),
  UpdateArchive: new events.UpdateArchiveCommand({ ArchiveName: 'all', RetentionDays: 0 }),
  DeleteArchive: new events.DeleteArchiveCommand({ ArchiveName: 'all' }),
  StartReplay: new events.StartReplayCommand({
    ReplayName: 'again', Description: 'after the fix', EventSourceArn: bus.replace('event-bus/orders', 'archive/all'),
    EventStartTime: new Date(1795425300000), EventEndTime: new Date(1795428900000), Destination: { Arn: bus, FilterArns: [bus.replace('event-bus', 'rule') + '/large'] },
  }),
  DescribeReplay: new events.DescribeReplayCommand({ ReplayName: 'again' }),
};

const seen = {};
let current;
const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', chunk => chunks.push(chunk));
  request.on('end', () => {
    const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\/aws4_request/.exec(request.headers.authorization ?? '');
    seen[current] = {
      method: request.method, path: request.url, contentType: request.headers['content-type'], target: request.headers['x-amz-target'],
      region: scope?.[1], service: scope?.[2], body: Buffer.concat(chunks).toString('utf8'),
    };
    response.writeHead(500).end();
  });
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
const options = {
  endpoint: `http://127.0.0.1:${server.address().port}`, region: 'eu-west-1', maxAttempts: 1,
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
};
const clients = [new sns.SNSClient(options), new events.EventBridgeClient(options)];
for (const [name, command] of Object.entries(cases)) {
  current = name;
  await clients[command.constructor.name in sns ? 0 : 1].send(command).catch(() => { });
}
server.close();

// Where the SDK goes, by region, FIPS and dual stack; null where it refuses.
const endpoints = {};
for (const client of [new sns.SNSClient({ region: 'eu-west-1' }), new events.EventBridgeClient({ region: 'eu-west-1' })]) {
  for (const Region of ['eu-west-1', 'us-east-1', 'cn-north-1', 'us-gov-east-1', 'us-gov-west-1', 'us-iso-east-1', 'eusc-de-east-1']) {
    for (const UseFIPS of [false, true]) {
      for (const UseDualStack of [false, true]) {
        let url = null;
        try {
          url = client.config.endpointProvider({ Region, UseFIPS, UseDualStack }).url.href;
        } catch { }
        endpoints[[client.config.serviceId, Region, UseFIPS ? 'fips' : '', UseDualStack ? 'dual' : ''].filter(Boolean).join(' ')] = url;
      }
    }
  }
}
console.log(JSON.stringify({ requests: seen, endpoints }, null, 2));
