using System.Buffers;
using System.Text;
using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>A request body in one rented buffer; it can be sent again by a retry.</summary>
internal sealed class PooledContent : RequestContent, IBufferWriter<byte>
{
    private const int Smallest = 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Smallest);

    private int _length;

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _buffer.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _buffer.AsSpan(_length);
    }

    public void Append(ReadOnlySpan<byte> text) => this.Write(text);

    public void Append(string text) => Encoding.UTF8.GetBytes(text, this);

    /// <summary>Gives the buffer back. Only after a completed exchange: a send that failed or was cancelled may still be reading it.</summary>
    public void Return()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    public override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    public override void WriteTo(Stream stream, CancellationToken cancellation) => stream.Write(_buffer, 0, _length);

    public override Task WriteToAsync(Stream stream, CancellationToken cancellation) => stream.WriteAsync(_buffer.AsMemory(0, _length), cancellation).AsTask();

    public override void Dispose()
    {
    }

    private void EnsureRoom(int size)
    {
        if (_buffer.Length - _length >= Math.Max(size, 1))
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + size));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
