import type { ReactNode } from 'react';
import { useText } from '~/lib/i18n/text';
import type { Problem } from '~/lib/problem/problem';
import { Button } from './button';
import { Icon, type IconName } from './icon';
import { m } from './messages';
import styles from './states.module.css';

interface EmptyStateProps {
  icon?: IconName;
  title: string;
  /** What to do about it. */
  children?: ReactNode;
  action?: ReactNode;
  /** `h1` where it is the whole page, as when there is nothing at an address. */
  as?: 'h1' | 'h2';
}

/** A list with nothing in it says why, and what comes next. */
export function EmptyState({ icon, title, children, action, as: Heading = 'h2' }: EmptyStateProps) {
  return (
    <div className={styles.state}>
      {icon && (
        <span className={styles.icon}>
          <Icon name={icon} size="large" />
        </span>
      )}
      <Heading className={styles.title}>{title}</Heading>
      {children && <div className={styles.words}>{children}</div>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

interface ListEndProps {
  /** What `useInfiniteQuery` found so far. */
  found: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  /** The word for getting more. */
  more: string;
  /** What to say when there is no more. */
  end?: string;
}

/** Below a list that comes in pages: the way to the next, or that this was all. */
export function ListEnd({ found, more, end }: ListEndProps) {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  if (!hasNextPage && !end) return null;
  return (
    <div className={styles.end}>
      {hasNextPage ? (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {more}
        </Button>
      ) : (
        <p>{end}</p>
      )}
    </div>
  );
}

interface ErrorStateProps {
  problem: Problem;
  /** Tries again; offered only where that may help. */
  onRetry?: () => void;
  action?: ReactNode;
}

/** In the place of what could not be loaded. */
export function ErrorState({ problem, onRetry, action }: ErrorStateProps) {
  const t = useText();
  const retry = onRetry && problem.transient && (
    <Button icon="refresh" onClick={onRetry}>
      {t(m.retry)}
    </Button>
  );
  return (
    <div className={styles.state} role="alert">
      <span className={styles.icon} data-tone="danger">
        <Icon name="warning" size="large" />
      </span>
      <h2>{t(m.failed)}</h2>
      <p className={styles.words}>{t(problem.title)}</p>
      {(retry || action) && (
        <div className={styles.action}>
          {retry}
          {action}
        </div>
      )}
    </div>
  );
}

interface NoticeProps {
  tone?: 'neutral' | 'accent' | 'warning' | 'danger';
  icon?: IconName;
  children: ReactNode;
  action?: ReactNode;
}

/** A sentence in its place within a page: what went wrong with a form, what needs attention. */
export function Notice({ tone = 'neutral', icon, children, action }: NoticeProps) {
  const drawing = icon ?? (tone === 'danger' || tone === 'warning' ? 'warning' : 'info');
  return (
    <div className={styles.notice} data-tone={tone} role={tone === 'danger' ? 'alert' : undefined}>
      <Icon name={drawing} />
      <div className={styles.noticeWords}>{children}</div>
      {action}
    </div>
  );
}

/** What went wrong with a form as a whole; goes right above its button. */
export function FormProblem({ problem }: { problem: Problem | undefined }) {
  const t = useText();
  return problem ? <Notice tone="danger">{t(problem.title)}</Notice> : null;
}
