from django.urls import path

from . import views

app_name = "catalog"

urlpatterns = [
    path("", views.home, name="home"),
    path("books/", views.book_list, name="book_list"),
    path("books/<number>/", views.book_by_number, name="book_by_number"),
    path("books/<number>/<slug>/", views.book_detail, name="book_detail"),
    path("authors/<slug>/", views.author_detail, name="author_detail"),
    path("genres/", views.genre_list, name="genre_list"),
    path("genres/<slug>/", views.genre_detail, name="genre_detail"),
    path("covers/<ean>-<digest>.svg", views.cover, name="cover"),
]
