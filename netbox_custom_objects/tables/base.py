"""What the tables of the plugin share. May import runtime."""

from django_tables2.data import TableQuerysetData

from netbox.tables import NetBoxTable

from ..runtime.reading.ordering import totally_ordered


class OrderedTable(NetBoxTable):
    """NetBox's table, in an order without ties: every page of a list shows what the others do not."""

    class Meta(NetBoxTable.Meta):
        pass

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._end_order()

    @NetBoxTable.order_by.setter
    def order_by(self, value):
        NetBoxTable.order_by.fset(self, value)
        self._end_order()

    def _end_order(self) -> None:
        if isinstance(self.data, TableQuerysetData):
            self.data.data = totally_ordered(self.data.data)

    @classmethod
    def of_selection(cls, data, **kwargs) -> 'OrderedTable':
        """
        Return a table for a page that asks what to do with selected objects.

        NetBox makes such tables without configuring them: they would have all columns, and query for every row.
        """
        table = cls(data, **kwargs)
        table._set_columns(cls.Meta.default_columns)
        table._apply_prefetching()
        return table
