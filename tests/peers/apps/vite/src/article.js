const PARAGRAPHS = ["It loads when it is needed.", "It has a chunk of its own.", "Its name carries a hash of its bytes."];

export function article(section) {
  section.replaceChildren(...PARAGRAPHS.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
}
