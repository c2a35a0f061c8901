import "./shop.css";

export const metadata = { title: "Peer shop", description: "A small shop, as Next.js serves it by default." };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <nav>
          <a href="/">Home</a> <a href="/products">Products</a> <a href="/account">Account</a>
        </nav>
        <main>{children}</main>
      </body>
    </html>
  );
}
