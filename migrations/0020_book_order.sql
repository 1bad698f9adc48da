-- Entries in the order they were written: what rereads the book, page by page, finds each page at once.
create unique index book_entries_seq on book_entries (seq);
