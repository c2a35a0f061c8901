export function counter(button) {
  let count = 0;
  const show = () => (button.textContent = `Read ${count} times`);
  button.addEventListener("click", () => {
    count += 1;
    show();
  });
  show();
}
