// Takes over a newer page node by node, so that focus, scrolling and what is open stay.

// What people and the script have set themselves.
const LEFT_ALONE = { DETAILS: ["open"], TR: ["hidden"] };

export function takeOver(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
    old.replaceWith(fresh);
  } else if (old.nodeType === Node.ELEMENT_NODE) {
    takeOverAttributes(old, fresh);
    // What ticks says its text itself.
    if (!old.dataset.tick) takeOverChildren(old, fresh);
  } else if (old.data !== fresh.data) {
    old.data = fresh.data;
  }
}

function takeOverAttributes(old, fresh) {
  const kept = LEFT_ALONE[old.nodeName] ?? [];
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !kept.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function takeOverChildren(old, fresh) {
  if (fresh.children.length && [...fresh.children].every((child) => child.id)) {
    takeOverKnown(old, [...fresh.children]);
  } else {
    takeOverInOrder(old, [...old.childNodes], [...fresh.childNodes]);
  }
}

function takeOverInOrder(parent, before, after) {
  after.forEach((child, index) => {
    if (index < before.length) takeOver(before[index], child);
    else parent.append(child);
  });
  before.slice(after.length).forEach((child) => child.remove());
}

function takeOverKnown(parent, after) {
  const before = new Map([...parent.children].map((child) => [child.id, child]));
  const children = after.map((child) => {
    const known = before.get(child.id);
    if (!known) return child;
    before.delete(child.id);
    takeOver(known, child);
    return known;
  });
  before.forEach((child) => child.remove());
  if (parent.dataset.live === "sorted") parent.append(...children.filter((child) => child.parentNode !== parent));
  else arrange(parent, children);
}

export function arrange(parent, children) {
  const focused = document.activeElement;
  children.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  if (parent.contains(focused) && document.activeElement !== focused) focused.focus();
}
