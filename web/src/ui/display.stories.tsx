import { Code } from '@connectrpc/connect';
import { useState } from 'react';
import { codeTexts } from '~/lib/problem/reasons';
import { Avatar } from './avatar';
import { Badge } from './badge';
import { Button } from './button';
import { Card } from './card';
import { FactList } from './fact-list';
import type { Stories } from './gallery/story';
import { Icon, iconNames } from './icon';
import { Cluster, Grid, Stack } from './layout';
import { Meter, Progress } from './progress';
import { RowList, RowsLoading } from './row-list';
import { Loading, Skeleton } from './skeleton';
import { EmptyState, ErrorState, ListEnd, Notice } from './states';
import { type Sorting, Table } from './table';
import { Tabs } from './tabs';

const names = [
  'Ada Lovelace',
  'Grace Hopper',
  'Linus Torvalds',
  'Barbara Liskov',
  '李 小龙',
  'Edsger Dijkstra',
];

const orders = [
  { id: 'ord_1', buyer: 'Ada Lovelace', type: 'Regular', seats: 2 },
  { id: 'ord_2', buyer: 'Grace Hopper', type: 'Student', seats: 1 },
];

function TableState() {
  const [sorting, setSorting] = useState<Sorting>({ key: 'buyer', descending: false });
  return (
    <Table
      caption="Orders"
      rows={orders}
      rowKey={(order) => order.id}
      sorting={sorting}
      onSort={setSorting}
      columns={[
        { key: 'buyer', title: 'Buyer', cell: (order) => order.buyer, sortable: true },
        { key: 'type', title: 'Ticket', cell: (order) => order.type, secondary: true },
        {
          key: 'seats',
          title: 'Seats',
          cell: (order) => order.seats,
          numeric: true,
          sortable: true,
        },
      ]}
    />
  );
}

function TabsState() {
  const [tab, setTab] = useState<'chat' | 'people'>('chat');
  return (
    <Tabs
      label="Beside the stage"
      value={tab}
      onChange={setTab}
      tabs={[
        { value: 'chat', label: 'Chat', count: 3, content: <p>What was said so far.</p> },
        { value: 'people', label: 'People', content: <p>Who is here.</p> },
      ]}
    />
  );
}

const unreachable = {
  reason: '',
  code: Code.Unavailable,
  title: codeTexts.unavailable,
  fieldErrors: [],
  retryAfter: undefined,
  metadata: {},
  transient: true,
};

const morePages = { hasNextPage: true, isFetchingNextPage: false, fetchNextPage: () => {} };
const noMorePages = { ...morePages, hasNextPage: false };

export const stories: Stories = {
  title: 'Display',
  states: {
    badge: () => (
      <Cluster>
        <Badge>Draft</Badge>
        <Badge tone="accent">Published</Badge>
        <Badge tone="warning">3 left</Badge>
        <Badge tone="danger">Rejected</Badge>
        <Badge tone="live">Live</Badge>
      </Cluster>
    ),
    avatar: () => (
      <Cluster>
        {names.map((name) => (
          <Avatar key={name} name={name} />
        ))}
        <Avatar name="Ada Lovelace" size="large" />
        <Avatar name="Ada Lovelace" size="small" />
      </Cluster>
    ),
    card: () => (
      <Grid column="narrow" gap={4}>
        <Card interactive>
          <Stack gap={1}>
            <h3>
              <a href="#event" data-card-link>
                An evening on ownership
              </a>
            </h3>
            <p>Tomorrow, 18:00 your time</p>
          </Stack>
        </Card>
        <Card look="flat">
          <p>A flat card groups.</p>
        </Card>
      </Grid>
    ),
    tabs: TabsState,
    table: TableState,
    facts: () => (
      <FactList
        column="narrow"
        facts={[
          ['Round trip', '24 ms'],
          ['Lost on the way', '0.2 % down, 0 % up'],
          ['Path', 'UDP over IPv6, directly'],
        ]}
      />
    ),
    rows: () => (
      <Stack>
        <RowList label="Speakers">
          {names.slice(0, 3).map((name) => (
            <li key={name}>{name}</li>
          ))}
        </RowList>
        <ListEnd found={morePages} more="Show more" />
        <ListEnd found={noMorePages} more="Show more" end="That is all." />
      </Stack>
    ),
    rowsLoading: () => <RowsLoading />,
    skeleton: () => (
      <Loading>
        <Stack gap={4}>
          <Skeleton shape="title" />
          <Skeleton lines={3} />
        </Stack>
      </Loading>
    ),
    empty: () => (
      <EmptyState
        icon="ticket"
        title="No tickets yet"
        action={<Button tone="primary">See what is on</Button>}
      >
        When you get one, it is here, with its QR code, online and offline.
      </EmptyState>
    ),
    error: () => <ErrorState problem={unreachable} onRetry={() => {}} />,
    notices: () => (
      <Stack gap={3}>
        <Notice>Doors open ten minutes before.</Notice>
        <Notice tone="accent" icon="check">
          Your event is published.
        </Notice>
        <Notice tone="warning">Two sessions overlap for Ada Lovelace.</Notice>
        <Notice tone="danger">Somebody was faster: there are not as many tickets left.</Notice>
      </Stack>
    ),
    progress: () => (
      <Stack gap={4}>
        <Progress label="Upload" value={0.4} />
        <Progress label="Connecting" />
        <Meter label="Microphone" value={0.62} />
        <Meter label="Too loud" value={1} />
      </Stack>
    ),
    icons: () => (
      <Cluster gap={4}>
        {iconNames.map((name) => (
          <Icon key={name} name={name} label={name} />
        ))}
      </Cluster>
    ),
  },
};
