from django.urls import path

from .views import atom, books, home, lists, search

app_name = "catalog"

urlpatterns = [
    path("", home.home, name="home"),
    path("books/", lists.book_list, name="book_list"),
    path("books/<number>/", books.book_by_number, name="book_by_number"),
    path("books/<number>/<slug>/", books.book_detail, name="book_detail"),
    path("authors/<slug>/", lists.author_detail, name="author_detail"),
    path("genres/", lists.genre_list, name="genre_list"),
    path("genres/<slug>/", lists.genre_detail, name="genre_detail"),
    path("series/<slug>/", lists.series_detail, name="series_detail"),
    path("publishers/<slug>/", lists.publisher_detail, name="publisher_detail"),
    path("new.atom", atom.new_books, name="new_books"),
    path("authors/<slug>/new.atom", atom.new_by_author, name="new_by_author"),
    path("genres/<slug>/new.atom", atom.new_in_genre, name="new_in_genre"),
    path("search/suggest/", search.suggest, name="suggest"),
    path("search/completions/", search.completions, name="completions"),
    path("opensearch.xml", search.opensearch, name="opensearch"),
    path("covers/<ean>-<digest>.svg", books.cover, name="cover"),
    path("cards/shop-<digest>.png", books.shop_card, name="shop_card"),
    path("cards/<ean>-<digest>.png", books.book_card, name="book_card"),
]
