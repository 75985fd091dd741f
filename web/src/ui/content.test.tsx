import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it } from 'vitest';
import { Prose } from './prose';
import { Stepper } from './stepper';

describe('Prose', () => {
  const show = (html: string) => render(<Prose html={html} />).container;

  it('keeps what descriptions are made of, headings below the page’s own', () => {
    const container = show(
      '<h2>Bring</h2><p>A <em>question</em> to <a href="https://a.example/">us</a></p>',
    );
    expect(screen.getByRole('heading', { level: 3, name: 'Bring' })).toBeTruthy();
    const link = screen.getByRole('link', { name: 'us' });
    expect(link.getAttribute('href')).toBe('https://a.example/');
    expect(link.getAttribute('rel')).toBe('nofollow noopener');
    expect(container.querySelector('em')?.textContent).toBe('question');
  });

  it('begins with an h3 and skips no level, whatever its author began with', () => {
    show('<h3>First</h3><h5>Below</h5><h3>Second</h3>');
    const levels = screen.getAllByRole('heading').map(({ localName }) => localName);
    expect(levels).toEqual(['h3', 'h4', 'h3']);
  });

  it.each([
    ['<script>steal()</script>', ''],
    ['<p onclick="steal()">text</p>', '<p>text</p>'],
    ['<a href="javascript:steal()">text</a>', 'text'],
    ['<a href=" jAvascript:steal()">text</a>', 'text'],
    ['<img src="x" onerror="steal()" alt="A map">', 'A map'],
    ['<form action="/x"><button>text</button></form>', 'text'],
    ['<p style="position:fixed" class="x" id="main">text</p>', '<p>text</p>'],
    ['<svg><a href="javascript:x">text</a></svg>', ''],
  ])('is not fooled by %s', (html, shown) => {
    expect(show(html).firstElementChild?.innerHTML).toBe(shown);
  });
});

describe('Stepper', () => {
  function Example() {
    const [value, setValue] = useState(1);
    return <Stepper label="Regular" value={value} max={3} onChange={setValue} />;
  }

  it('counts within its bounds, by keyboard and by click', async () => {
    const user = userEvent.setup();
    render(<Example />);
    const spin = screen.getByRole('spinbutton', { name: 'Regular' });
    await user.tab();
    expect(document.activeElement).toBe(spin);
    await user.keyboard('{ArrowUp}{ArrowUp}{ArrowUp}');
    expect(spin.getAttribute('aria-valuenow')).toBe('3');
    await user.keyboard('{Home}{ArrowDown}');
    expect(spin.getAttribute('aria-valuenow')).toBe('0');
    await user.click(screen.getByRole('button', { name: 'One more: Regular' }));
    expect(spin.getAttribute('aria-valuenow')).toBe('1');
  });
});
