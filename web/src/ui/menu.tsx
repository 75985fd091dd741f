import * as RadixMenu from 'radix-ui/dropdown-menu';
import type { ReactElement, ReactNode } from 'react';
import { classNames } from './class-names';
import { Icon, type IconName } from './icon';
import styles from './menu.module.css';

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement;
  children: ReactNode;
  align?: 'start' | 'end';
  /** For a menu that is loaded when it is first wanted: open from the start. */
  defaultOpen?: boolean;
}

/** Acts on one thing. Non-modal, so that the page behind keeps scrolling and nothing is hidden from screen readers. */
export function Menu({ trigger, children, align = 'end', defaultOpen = false }: MenuProps) {
  return (
    <RadixMenu.Root modal={false} defaultOpen={defaultOpen}>
      <RadixMenu.Trigger asChild>{trigger}</RadixMenu.Trigger>
      <RadixMenu.Portal>
        <RadixMenu.Content
          align={align}
          sideOffset={8}
          collisionPadding={8}
          className={styles.menu}
        >
          {children}
        </RadixMenu.Content>
      </RadixMenu.Portal>
    </RadixMenu.Root>
  );
}

interface MenuItemProps {
  children: ReactNode;
  icon?: IconName;
  onSelect?: () => void;
  danger?: boolean;
  disabled?: boolean;
  /** Renders the only child (a router link) as the item. */
  asChild?: boolean;
}

export function MenuItem({ children, icon, onSelect, danger, disabled, asChild }: MenuItemProps) {
  return (
    <RadixMenu.Item
      asChild={asChild ?? false}
      disabled={disabled ?? false}
      onSelect={() => onSelect?.()}
      className={classNames(styles.item, danger && styles.danger)}
    >
      {asChild ? (
        children
      ) : (
        <>
          {icon && <Icon name={icon} />}
          <span>{children}</span>
        </>
      )}
    </RadixMenu.Item>
  );
}

/** A heading that is no choice: who is signed in, what the choices are about. */
export function MenuLabel({ children }: { children: ReactNode }) {
  return <RadixMenu.Label className={styles.label}>{children}</RadixMenu.Label>;
}

export function MenuSeparator() {
  return <RadixMenu.Separator className={styles.separator} />;
}

interface MenuChoiceProps<V extends string> {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: string; icon?: IconName }[];
}

/** One of a few, ticked. Stays open, so that what it changes can be seen. */
export function MenuChoice<V extends string>({
  label,
  value,
  onChange,
  options,
}: MenuChoiceProps<V>) {
  return (
    <>
      <RadixMenu.Label className={styles.heading}>{label}</RadixMenu.Label>
      <RadixMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as V)}>
        {options.map((option) => (
          <RadixMenu.RadioItem
            key={option.value}
            value={option.value}
            onSelect={(event) => event.preventDefault()}
            className={styles.item}
          >
            {option.icon && <Icon name={option.icon} />}
            <span>{option.label}</span>
            <RadixMenu.ItemIndicator className={styles.tick}>
              <Icon name="check" size="small" />
            </RadixMenu.ItemIndicator>
          </RadixMenu.RadioItem>
        ))}
      </RadixMenu.RadioGroup>
    </>
  );
}
