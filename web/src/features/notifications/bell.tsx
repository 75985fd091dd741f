import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Link } from '@tanstack/react-router';
import { useEffect, useId, useState } from 'react';
import type { Notification } from '~/gen/plenary/notifications/v1/notification_service_pb';
import { useText } from '~/lib/i18n/text';
import { useStore } from '~/lib/store';
import { distanceInWords } from '~/lib/time';
import { useTimeWords } from '~/lib/use-time-words';
import { IconButton } from '~/ui/button';
import { Icon } from '~/ui/icon';
import { Menu, MenuItem, MenuLabel } from '~/ui/menu';
import { VisuallyHidden } from '~/ui/visually-hidden';
import styles from './bell.module.css';
import type { Feed, FeedState } from './feed';
import { m } from './messages';
import { useFeed } from './use-feed';
import { lookOf } from './words';

const COUNT_MAX = 9;

/** The header's place for in-app notices: the bell, its count and its list. Rendered for signed-in people only. */
export function NoticeBell() {
  const t = useText();
  const feed = useFeed();
  const state = useStore(feed.state);
  const countId = useId();
  return (
    <div className={styles.bell}>
      <Menu trigger={<IconButton icon="bell" label={t(m.title)} aria-describedby={countId} />}>
        <Notices feed={feed} state={state} />
      </Menu>
      <span id={countId} className={styles.count} data-some={state.unread > 0 || undefined}>
        <span aria-hidden="true">
          {state.unread > COUNT_MAX ? `${COUNT_MAX}+` : state.unread || ''}
        </span>
        <VisuallyHidden live="polite">{t(m.unread, { count: state.unread })}</VisuallyHidden>
      </span>
    </div>
  );
}

/** Mounted when the menu opens: what is new then stays marked until it closes. */
function Notices({ feed, state }: { feed: Feed; state: FeedState }) {
  const t = useText();
  const [readBefore] = useState(state.readUpTo);
  const newest = state.notices?.[0]?.sequence;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what comes while the list is open is read as well
  useEffect(() => {
    void feed.markRead();
  }, [feed, newest]);
  return (
    <>
      <MenuLabel>
        <strong>{t(m.title)}</strong>
      </MenuLabel>
      {!state.notices && (
        <p className={styles.words}>{t(state.problem ? state.problem.title : m.loading)}</p>
      )}
      {state.notices?.length === 0 && <p className={styles.words}>{t(m.empty)}</p>}
      {state.notices?.map((notice) => (
        <NoticeItem
          key={notice.id}
          notice={notice}
          isNew={!notice.read && notice.sequence > readBefore}
        />
      ))}
    </>
  );
}

function NoticeItem({ notice, isNew }: { notice: Notification; isNew: boolean }) {
  const t = useText();
  const { now, formats } = useTimeWords();
  const { text, icon } = lookOf(notice);
  const made = notice.createTime && timestampDate(notice.createTime);
  return (
    <MenuItem asChild>
      <Link to={notice.path || '/'}>
        <Icon name={icon} />
        <span className={styles.text}>
          <span className={styles.title}>{t(text, { event: notice.eventTitle })}</span>
          {notice.detail && <span className={styles.detail}>{notice.detail}</span>}
          <span className={styles.when}>
            {isNew && <span className={styles.isNew}>{t(m.isNew)}</span>}
            {made && distanceInWords(made, now, formats)}
          </span>
        </span>
      </Link>
    </MenuItem>
  );
}
